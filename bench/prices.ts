// Public list prices in US dollars, for what goes beyond the allowances of the plans, with the page
// they are from. `dated`: what the page says of its age; `readOn`: when its stored copy was read.

export type Price = {
  what: string
  usd: number
  /** So many of the unit cost that. */
  per: number
  unit: string
  page: string
  dated: string
}

export const readOn = '2026-11-23'

const durableObjects = 'developers.cloudflare.com/durable-objects/platform/pricing'
const cloudflareDated = 'undated; after storage billing began in January 2026'
const neonPlans = 'neon.com/docs/introduction/plans (Launch)'
const neonDated = 'updated 2026-11-12'

export const prices = {
  objectRequests: {
    what: 'Durable Object requests',
    usd: 0.15,
    per: 1_000_000,
    unit: 'requests',
    page: durableObjects,
    dated: cloudflareDated,
  },
  duration: {
    what: 'Durable Object duration',
    usd: 12.5,
    per: 1_000_000,
    unit: 'GB-s',
    page: durableObjects,
    dated: cloudflareDated,
  },
  rowsRead: {
    what: 'SQLite rows read',
    usd: 0.001,
    per: 1_000_000,
    unit: 'rows',
    page: durableObjects,
    dated: cloudflareDated,
  },
  rowsWritten: {
    what: 'SQLite rows written',
    usd: 1,
    per: 1_000_000,
    unit: 'rows',
    page: durableObjects,
    dated: cloudflareDated,
  },
  neonCompute: {
    what: 'Neon compute',
    usd: 0.106,
    per: 1,
    unit: 'CU-hours',
    page: neonPlans,
    dated: neonDated,
  },
  neonStorage: {
    what: 'Neon storage',
    usd: 0.35,
    per: 1,
    unit: 'GB-months',
    page: neonPlans,
    dated: neonDated,
  },
  neonEgress: {
    what: 'Neon network transfer out',
    usd: 0.1,
    per: 1,
    unit: 'GB',
    page: neonPlans,
    dated: 'updated 2026-03-20',
  },
  redisCommands: {
    what: 'Upstash commands',
    usd: 0.2,
    per: 100_000,
    unit: 'commands',
    page: 'upstash.com/pricing/redis (Pay as You Go)',
    dated: 'seen 2026-11-09',
  },
} as const satisfies Record<string, Price>

/**
 * Incoming WebSocket messages that are billed as one request; outgoing ones, and pings that the
 * platform answers, are free (footnotes 2 and 3 of the page).
 */
export const messagesPerRequest = 20
/** Billed for each second in which the object is in memory and may not sleep. */
export const objectGB = 0.128
/** The smallest compute that Neon runs, awake while anything is written at least every 5 minutes. */
export const neonCU = 0.25
