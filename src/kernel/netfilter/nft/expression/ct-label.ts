/** Labels are the numbers of bits. Linux: NF_CT_LABELS_MAX_SIZE. */
const MOST_LABELS = 128;

/** The bits of labels; null when one is only known by its name on the node. */
export function labelBits(labels: ReadonlySet<string>): bigint | null {
  let bits = 0n;
  for (const label of labels) {
    if (!/^\d{1,3}$/.test(label)) return null;
    bits |= 1n << BigInt(label);
  }
  return bits;
}

/** The numbers of the labels that bits stand for. */
export function labelsOf(bits: bigint): readonly string[] {
  return Array.from({ length: MOST_LABELS }, (_, label) => label)
    .filter((label) => ((bits >> BigInt(label)) & 1n) === 1n)
    .map(String);
}
