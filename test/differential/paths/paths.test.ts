import { describeCases } from '../checklist/run-cases.ts';
import { CASES } from './cases.ts';

/** Whole paths of a pod or node to a pod, a Service or itself, as they work and as they fail. */
describeCases('paths on the kernel', CASES);
