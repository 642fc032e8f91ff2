import { describeCases } from '../checklist/run-cases.ts';
import { FRAME_CASES } from './frame-cases.ts';

describeCases('rules for frames', FRAME_CASES);
