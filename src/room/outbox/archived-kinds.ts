// Sees to it that rows of each kind are archived. The flushes of an earlier release pass over rows whose
// kind it does not know, so after a roll-back and forward some of those may be missing in Postgres.

import type { Log } from '../log/log.ts'
import type { Meta } from '../log/meta.ts'

/** Releases that did not store the list archived this kind alone. */
const firstKinds = ['messages']

/** Must run at each start: what the last start did not archive counts as not flushed. */
export function includeNewKinds(log: Log, meta: Meta): void {
  const stored = meta.text('archived_kinds')
  const known: string[] = stored === null ? firstKinds : JSON.parse(stored)
  const archived = log.kinds.filter((kind) => kind.archived)
  for (const kind of archived.filter(({ name }) => !known.includes(name)))
    for (const { seq } of kind.after(0)) {
      meta.set('flushed_seq', Math.min(meta.number('flushed_seq'), seq - 1))
      break
    }
  meta.set('archived_kinds', JSON.stringify(archived.map(({ name }) => name)))
}
