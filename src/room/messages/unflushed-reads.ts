// Gives the Worker what Postgres lacks, for pages that it filters: the search and the mentions of a person.
// The texts that come with one answer are bounded; during a long outage the pages become short.

import type { Unflushed } from '../../domain/history.ts'
import { newerId } from '../../domain/ids.ts'
import type { StoredMessage } from '../../domain/message.ts'
import type { Caller } from '../../domain/session.ts'
import type { Access } from '../access/access.ts'
import type { Clock } from '../clock/clock.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { Outcome, UnflushedQuery } from '../rpc.ts'

const rowsMax = 1_000
/** UTF-16 units of all texts together. */
const textMax = 500_000

type Uses = {
  clock: Clock
  access: Access
  rateLimits: Pick<RateLimits, 'chargeSearch'>
  expiryFloor: Pick<ExpiryFloor, 'id'>
  messages: Pick<Messages, 'unflushed'>
  outbox: { flushedSeq: number }
}

export class UnflushedReads {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  read(caller: Caller, { kind, below, from }: UnflushedQuery): Outcome<Unflushed> {
    const { clock, access, rateLimits, expiryFloor, messages, outbox } = this.#uses
    const chargeSearch = () => rateLimits.chargeSearch(caller.member.id, clock.now())
    const refusal = access.refusal(caller) ?? (kind === 'search' ? chargeSearch() : null)
    if (refusal) return { ok: false, refusal }

    const range = { from: newerId(from, expiryFloor.id), below }
    const rows: StoredMessage[] = []
    let text = 0
    for (const row of messages.unflushed(range, outbox.flushedSeq, rowsMax)) {
      rows.push(row)
      text += row.content.length
      if (rows.length === rowsMax || text > textMax)
        return { ok: true, value: { rows, cutAt: row.id } }
    }
    return { ok: true, value: { rows, cutAt: null } }
  }
}
