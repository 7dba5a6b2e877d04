// What a client of the campaign is made of.

import type { Metrics } from '../harness/metrics.ts'
import type { Random } from '../harness/random.ts'
import type { TcpProxy } from '../harness/tcp-proxy.ts'
import type { ClientView } from '../kit/client-view.ts'
import type { ConsistencyChecker } from '../kit/consistency-checker.ts'
import type { Member } from '../kit/protocol.ts'
import type { RestrictionKind, RestrictionTimes, Span } from '../kit/restriction-times.ts'
import type { References } from './conversation/references.ts'

export type Account = Member & {
  token: string
  /**
   * Replaces a token that was refused. Absent: a refused token is a mistake.
   * @returns false: the account is refused
   */
  renew?: () => Promise<boolean>
}

export type ClientParts = {
  name: string
  account: Account
  proxy: TcpProxy
  /** Whether the client offers `chat.v1`. */
  batching: boolean
  /** How many pages it loads. */
  pages: number
  random: Random
  checker: ConsistencyChecker
  metrics: Metrics
  /** What a new message refers to. Absent: nothing. */
  refer?: (view: ClientView) => References
  /** When people were muted and banned. Absent: nobody was, and such a refusal is a mistake. */
  restrictions?: RestrictionTimes
}

const kinds = new Map<string, RestrictionKind>([
  ['muted', 'mute'],
  ['banned', 'ban'],
])

/** Whether the account may have been refused with this code, by a mute or a ban of the span. */
export function isExplained(
  { restrictions, account }: Pick<ClientParts, 'restrictions' | 'account'>,
  code: string,
  span: Span,
): boolean {
  const kind = kinds.get(code)
  return kind !== undefined && (restrictions?.isPossible(kind, account.id, span) ?? false)
}
