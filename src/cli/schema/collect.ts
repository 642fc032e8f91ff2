import { z } from 'zod';
import { COLLECT_SCHEMA } from '../../report/collect/collect-json.ts';

const nullableString = z.string().nullable();

/** `hookline collect --json`. */
export const collectSchema = z.strictObject({
  schema: z.literal(COLLECT_SCHEMA),
  snapshot: nullableString.describe('the folder or tar; - is standard output'),
  nodes: z.array(
    z.strictObject({
      node: z.string(),
      host: nullableString.describe('as given to --ssh; null: this machine'),
      netns: z.array(z.string()).describe('other network namespaces of the node'),
      files: z.int().min(0),
    }),
  ),
  kubernetes: z.array(z.string()).describe('kinds of objects in the snapshot'),
  unknown: z.array(
    z.strictObject({
      node: nullableString,
      netns: nullableString,
      file: nullableString.describe('the file that is absent; null: a whole namespace'),
      why: z.string(),
    }),
  ),
  failed: z.array(z.strictObject({ host: nullableString, why: z.string() })),
});
