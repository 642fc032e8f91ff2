import type { Blind, Sighting } from '../report.ts';
import { blindBy } from './blind.ts';
import { LEFT_UNREAD, readBufferEvents } from './drop-events.ts';
import { type FreedBuffer, freedBuffers } from './freed-buffers.ts';
import { borrowTraceInstance, MOST_READ, type TraceInstance } from './trace-instance.ts';

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
    // Events of before that were not read would be taken for this flow's.
    this.#lost = this.#read().length < MOST_READ ? 0 : 1;
    this.#text = '';
  }

  /** What was missed since `forget`. */
  blind(): readonly Blind[] {
    if (this.#lost === 0) return this.#missing;
    return [{ what: 'drops', why: 'lost', namespace: null, detail: `${this.#lost} events` }];
  }

  /** Losses since `forget`, each with the sighting of its packet where it had one. */
  freed(sightings: readonly Sighting[]): readonly FreedBuffer[] {
    if (this.#text.length < MOST_READ) this.#text += this.#read();
    if (this.#text.length >= MOST_READ) this.#lost++;
    const { events, lost } = readBufferEvents(this.#text);
    const { freed, untold } = freedBuffers(events, sightings, this.self);
    this.#lost += lost + untold;
    return freed.filter(({ event }) => event.reason !== LEFT_UNREAD);
  }

  #read(): string {
    return this.#instance?.read() ?? '';
  }

  close(): void {
    this.#instance?.pause();
  }
}
