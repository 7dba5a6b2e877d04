// Corrects reactions after a roll-back: a release that does not know them may have erased accounts meanwhile.

import type { Erasures } from '../erasures/erasures.ts'
import type { Meta } from '../meta.ts'
import type { ReactionTotals } from './reaction-totals.ts'

type Uses = { meta: Meta; erasures: Erasures; reactionTotals: ReactionTotals }

/** Must run before the outbox opens, which stores the kinds that this start knows. */
export function catchUpWithErasures(
  { meta, erasures, reactionTotals }: Uses,
  storage: DurableObjectStorage,
  now: number,
): void {
  const { name } = reactionTotals
  if (meta.text('archived_kinds')?.includes(`"${name}"`)) return
  storage.transactionSync(() => {
    for (const userId of new Set(reactionTotals.people())) {
      const erasure = erasures.find(userId)
      if (erasure) reactionTotals.eraseUser(userId, erasure.remains, now)
    }
  })
}
