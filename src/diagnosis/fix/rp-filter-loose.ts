import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { changes, type NetworkChange, setSysctls } from '../change/network-change.ts';
import { endingOf } from '../ending.ts';
import type { Answers } from '../trace-flow.ts';
import { type Fix, type FixContext, sideEffect } from './fix.ts';
import { sysctlSetting } from './sysctl-setting.ts';

const LOOSE = '2';
const MOST_DEVICES = 8;

interface Place {
  readonly where: NetnsRef;
  readonly key: string;
}

/**
 * Loose source validation wherever strict validation would drop the flow, on every node of its
 * way: the first drop hides the next one.
 */
export const RP_FILTER_LOOSE: Fix = {
  id: 'rp-filter-loose',
  propose: (context) => {
    if (!context.explained.some(({ hypothesis }) => hypothesis.dropReason === 'IP_RPFILTER')) {
      return null;
    }
    const places = droppingPlaces(context);
    if (places.length === 0) return null;
    const settings = places.map(({ where, key }) =>
      sysctlSetting(context.network, where, key, LOOSE),
    );
    return {
      fixId: 'rp-filter-loose',
      change: loosen(places),
      commands: settings.flatMap(({ commands }) => commands),
      undo: settings.flatMap(({ undo }) => undo),
      durable: settings.map(({ durable }) => durable),
      sideEffects: [sideEffect('source-validation-weaker')],
    };
  },
};

function loosen(places: readonly Place[]): NetworkChange {
  return changes(places.map(({ where, key }) => setSysctls(where, [[key, LOOSE]])));
}

/** The devices that drop when all unknown validation is strict, one after the other. */
function droppingPlaces(context: FixContext): readonly Place[] {
  const places: Place[] = [];
  let answers: Answers = new Map();
  for (let round = 0; round < 2 * MOST_DEVICES && places.length < MOST_DEVICES; round++) {
    const network = loosen(places)(context.network);
    const trace = context.trace(network, context.flow, { answers });
    const strict = new Map(answers);
    for (const question of trace.questions) {
      if (question.topic !== 'sysctl' || !question.subject.endsWith('.rp_filter')) continue;
      if (question.options.some(({ value }) => value === '1')) strict.set(question.id, '1');
    }
    const place = droppedAt(trace.outcomes.flatMap((outcome) => endingOf(outcome) ?? []));
    const fresh =
      place && !places.some((other) => other.key === place.key && sameNode(other, place));
    if (place && fresh) places.push(place);
    else if (strict.size === answers.size) return places;
    answers = strict;
  }
  return places;
}

function droppedAt(endings: readonly NonNullable<ReturnType<typeof endingOf>>[]): Place | null {
  const ending = endings.find(({ dropReason }) => dropReason === 'IP_RPFILTER');
  if (!ending?.step) return null;
  const device = ending.step.iif.replaceAll('.', '/');
  return { where: ending.step.where, key: `net.ipv4.conf.${device}.rp_filter` };
}

function sameNode(a: Place, b: Place): boolean {
  return netnsKey(a.where) === netnsKey(b.where);
}
