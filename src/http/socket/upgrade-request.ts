// Validates what a client sends with its upgrade: the offered subprotocols, a credential and the
// position to resume from. Nothing here refuses a client; the room admits or refuses it later.

import { z } from 'zod'
import { bearerPrefix, protocol } from '../../contract/version.ts'

const maxEpochLength = 64

/** The first one if it is repeated. An empty one counts as absent: a page may have no value for it. */
const parameter = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((given) => [given].flat()[0] || undefined)

/** An unreadable position is not an error: the client then starts afresh. */
const resume = z
  .object({
    epoch: z.string().max(maxEpochLength),
    since: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  })
  .nullable()
  .catch(null)

export const UpgradeQuery = z
  .object({ token: parameter, ticket: parameter, epoch: parameter, since: parameter })
  .transform(({ token, ticket, ...position }) => ({
    token,
    ticket,
    resume: resume.parse(position),
  }))
export type UpgradeQuery = z.infer<typeof UpgradeQuery>

export const UpgradeHeaders = z
  .object({ upgrade: z.string().default(''), 'sec-websocket-protocol': z.string().default('') })
  .transform((headers) => {
    const offered = headers['sec-websocket-protocol'].split(',').map((name) => name.trim())
    const carrier = offered.find((name) => name.startsWith(bearerPrefix))
    return {
      isUpgrade: headers.upgrade.toLowerCase() === 'websocket',
      batching: offered.includes(protocol),
      token: carrier?.slice(bearerPrefix.length) || undefined,
    }
  })
export type UpgradeHeaders = z.infer<typeof UpgradeHeaders>
