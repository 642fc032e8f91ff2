import type { Blind, Sighting } from '../report.ts';
import { blindBy } from './blind.ts';
import { LEFT_UNREAD, readBufferEvents } from './drop-events.ts';
import { type FreedBuffer, freedBuffers } from './freed-buffers.ts';
import { borrowTraceInstance, type TraceInstance } from './trace-instance.ts';

/** Which packets' buffers the kernel freed. */
export class DropWatch {
  readonly #missing: Blind[] = [];
  #lost = 0;
  readonly #instance: TraceInstance | null = null;
  #text = '';

  constructor() {
    try {
      this.#instance = borrowTraceInstance();
    } catch (error) {
      this.#missing.push(blindBy('drops', null, error));
    }
  }

  /** How the events' tasks begin that are of this process; null when not known. */
  get self(): string | null {
    return this.#instance?.self || null;
  }

  forget(): void {
    this.#instance?.read();
    this.#text = '';
    this.#lost = 0;
  }

  /** What was missed since `forget`. */
  blind(): readonly Blind[] {
    if (this.#lost === 0) return this.#missing;
    return [{ what: 'drops', why: 'lost', namespace: null, detail: `${this.#lost} events` }];
  }

  /** Losses since `forget`, each with the sighting of its packet where it had one. */
  freed(sightings: readonly Sighting[]): readonly FreedBuffer[] {
    this.#text += this.#instance?.read() ?? '';
    const { events, lost } = readBufferEvents(this.#text);
    const { freed, untold } = freedBuffers(events, sightings, this.self);
    this.#lost += lost + untold;
    return freed.filter(({ event }) => event.reason !== LEFT_UNREAD);
  }

  close(): void {
    this.#instance?.pause();
  }
}
