import { numberOf, readAttributes, textAttribute } from './netlink-attributes.ts';
import { message, type NetlinkSocket, NLM_F_DUMP, NLM_F_REQUEST } from './netlink-socket.ts';
import { NFGEN_SIZE, NFNL, NFT_MSG, NFTA, nfgen } from './nf-tables.ts';

const NFTA_GEN_ID = 1;

/** Positions of rules in their chains, from 1, by nft's handle, of one namespace. */
export class RulePositions {
  readonly #socket: NetlinkSocket;
  readonly #chains = new Map<string, ReadonlyMap<number, number>>();
  #generation: number | null = null;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** Forgets what was read before the ruleset changed. Call it before asking for positions. */
  refresh(): void {
    const sequence = this.#socket.next();
    const type = (NFNL.tables << 8) | NFT_MSG.getGen;
    const request = message(type, NLM_F_REQUEST, sequence, nfgen(0));
    const [answer] = this.#socket.ask('ruleset generation', sequence, [request]);
    const generation = answer ? numberOf(attributesOf(answer.body).get(NFTA_GEN_ID)) : null;
    if (generation !== this.#generation) this.#chains.clear();
    this.#generation = generation;
  }

  /** Null for a rule that is not there any more. */
  positionOf(family: number, table: string, chain: string, handle: number): number | null {
    const key = `${family} ${table} ${chain}`;
    let positions = this.#chains.get(key);
    if (!positions) {
      positions = this.#list(family, table, chain);
      this.#chains.set(key, positions);
    }
    return positions.get(handle) ?? null;
  }

  #list(family: number, table: string, chain: string): ReadonlyMap<number, number> {
    const sequence = this.#socket.next();
    const request = message(
      (NFNL.tables << 8) | NFT_MSG.getRule,
      NLM_F_REQUEST | NLM_F_DUMP,
      sequence,
      nfgen(family),
      textAttribute(NFTA.rule.table, table),
      textAttribute(NFTA.rule.chain, chain),
    );
    const positions = new Map<number, number>();
    for (const { body } of this.#socket.ask('rules of a chain', sequence, [request])) {
      const handle = attributesOf(body).get(NFTA.rule.handle);
      if (handle) positions.set(Number(handle.getBigUint64(0)), positions.size + 1);
    }
    return positions;
  }
}

function attributesOf(body: DataView): ReturnType<typeof readAttributes> {
  const { buffer, byteOffset, byteLength } = body;
  return readAttributes(new DataView(buffer, byteOffset + NFGEN_SIZE, byteLength - NFGEN_SIZE));
}
