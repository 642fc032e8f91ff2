import { CHECKLIST_CASES } from './all-cases.ts';
import { describeCases } from './run-cases.ts';

describeCases('the checklist', CHECKLIST_CASES);
