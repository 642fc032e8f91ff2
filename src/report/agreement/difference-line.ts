import type { Difference, OpenQuestion, VisitPlace } from '../../agreement/agreement.ts';

/** One difference between model and kernel, in words. */
export function differenceLine(difference: Difference): string {
  switch (difference.kind) {
    case 'client':
      return `the client: ${difference.model} in the model, ${difference.kernel} on the kernel`;
    case 'errno':
      return `the error: ${difference.model ?? 'none'} in the model, ${difference.kernel ?? 'none'} on the kernel`;
    case 'endpoint':
      return `who answers: ${difference.model ?? 'nobody'} in the model, ${difference.kernel} on the kernel`;
    case 'source':
      return `the source the endpoint sees: ${difference.model ?? 'none'} in the model, ${difference.kernel} on the kernel`;
    case 'missing-visit':
      return `only the model's packet meets ${place(difference.at)}`;
    case 'extra-visit':
      return `only the kernel's packet meets ${place(difference.at)}`;
    case 'other-visit':
      return `the model's packet meets ${place(difference.model)}, the kernel's ${place(difference.kernel)}`;
    case 'field':
      return `${difference.field} at ${place(difference.at)}: ${difference.model || 'none'} in the model, ${difference.kernel || 'none'} on the kernel`;
    case 'extra-packet':
      return `only the kernel sends this packet: ${place(difference.at)}`;
    case 'drop-reason':
      return `why the ${difference.packet} ends: ${difference.model ?? 'it does not'} in the model, ${difference.kernel.join(', ') || 'nothing was freed'} on the kernel`;
  }
}

function place({ packet, index, netns, hook, edge }: VisitPlace): string {
  const when = edge === 'first' ? 'before' : 'after';
  return `${netns} ${hook} (${when} its rules; ${packet}, meeting ${index + 1})`;
}

/** What keeps a trace from being a statement, in words. */
export function questionLine(question: OpenQuestion): string {
  switch (question.kind) {
    case 'assumption': {
      const { topic, subject, value } = question.assumption;
      return `assumed: ${topic}, ${subject}: ${value}`;
    }
    case 'unsupported':
      return `not modelled: ${question.construct}`;
    case 'truncated':
      return 'there were more branches than were followed';
    case 'unknown-end':
      return 'the model does not know how it ends';
  }
}
