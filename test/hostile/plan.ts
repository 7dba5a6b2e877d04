// The size of the whole campaign, and of a short one.

import { bans } from './scenarios/bans.ts'
import { conversation } from './scenarios/conversation.ts'
import { foreignPages } from './scenarios/cookies.ts'
import { eachInTurn } from './scenarios/frame-scripts.ts'
import { malformedBytes } from './scenarios/malformed-http.ts'
import { mutes } from './scenarios/mutes.ts'
import { deactivation } from './scenarios/operator-calls.ts'
import { purges } from './scenarios/purges.ts'
import { ranks } from './scenarios/ranks.ts'
import { reactions } from './scenarios/reactions.ts'
import { racingRefresh, stolenRefresh } from './scenarios/refreshes.ts'
import { registrations } from './scenarios/registrations.ts'
import { reports } from './scenarios/reports.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { erasure, sessionEnds } from './scenarios/session-ends.ts'
import { oldTicket, tickets } from './scenarios/tickets.ts'
import { renewals } from './scenarios/token-renewals.ts'
import * as entries from './scenarios/upgrades.ts'

export type Plan = {
  frames: number
  requests: number
  /** Calls by those who may moderate. */
  moderation: number
  wellBehaved: number
  /** Accounts that make calls. */
  callers: number
  /** Callers whose sessions may end during the attack. */
  spares: number
  /** Accounts with roles, and members whom they moderate. */
  cast: { owners: number; moderators: number; victims: number }
  /** Accounts that open sockets. */
  sockets: number
  /** Calls at the same time. */
  lanes: number
  /** Connections of each slow kind. */
  slowConnections: number
  /** Measured logins of each kind. */
  samples: number
  scenarios: Scenario[]
  /** Scenarios that register accounts. They run one by one, because bcrypt blocks the Worker. */
  accountScenarios: Scenario[]
  /** Scenarios of the cast. They run one by one, because each needs its people as they were. */
  castScenarios: Scenario[]
}

const accountScenarios: Scenario[] = [
  stolenRefresh,
  racingRefresh,
  sessionEnds,
  erasure,
  foreignPages,
  registrations,
  deactivation,
  tickets,
  reports,
  conversation,
  reactions,
]

const scenarios: Scenario[] = [
  malformedBytes,
  eachInTurn,
  renewals,
  entries.forgedUpgrade,
  entries.foreignUpgrade,
  entries.invalidPositions,
  entries.brokenUpgrade,
  entries.unreadSocket,
]

const castScenarios: Scenario[] = [ranks, bans, mutes, purges]

export const whole: Plan = {
  frames: 100_000,
  requests: 46_000,
  moderation: 3_000,
  wellBehaved: 5,
  callers: 18,
  spares: 3,
  cast: { owners: 2, moderators: 5, victims: 6 },
  sockets: 40,
  lanes: 8,
  slowConnections: 25,
  samples: 250,
  scenarios,
  accountScenarios: [...accountScenarios, oldTicket],
  castScenarios,
}

export const short: Plan = {
  frames: 3_000,
  requests: 2_200,
  moderation: 400,
  wellBehaved: 5,
  callers: 6,
  spares: 1,
  cast: { owners: 1, moderators: 3, victims: 4 },
  sockets: 6,
  lanes: 6,
  slowConnections: 4,
  samples: 30,
  scenarios,
  accountScenarios,
  castScenarios,
}
