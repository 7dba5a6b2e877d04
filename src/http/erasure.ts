// The end of an account: its name, address and password are erased wherever they are kept, its
// messages too if so asked. Each step can be done again, so whoever hears of a failure repeats all.

import { OpenAPIHono } from '@hono/zod-openapi'
import { erase } from '../contract/routes/accounts.ts'
import { journal } from '../journal.ts'
import type { Postgres } from '../postgres/client.ts'
import { type DeleteBounds, deleteOwn } from '../postgres/messages.ts'
import { eraseAccount, findOwnAccount } from '../postgres/own-account.ts'
import { forgetLogins, uncountLogin } from '../redis/throttles.ts'
import { forgetUser } from '../redis/user-copy.ts'
import { membersOnly, unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { demandOpen } from './own-account.ts'
import type { Wired } from './parts.ts'
import { proveOwnPassword } from './passwords.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { tellRoom } from './room-line.ts'
import { dropCookieOf } from './session-cookie.ts'
import { askPostgres, askRedis } from './stores.ts'

/** Messages that one statement deletes. */
const deletedAtOnce = 2_000
/** Milliseconds that one call spends on them. */
const patienceMs = 20_000

const undone = 'Not everything is erased yet. Ask again: it is safe, and goes on from here.'

async function deleteMessages(postgres: Postgres, userId: string): Promise<void> {
  const deadline = Date.now() + patienceMs
  let above: string | null = null
  do {
    if (Date.now() > deadline) throw new Refused({ code: 'unavailable', detail: undone })
    const bounds: DeleteBounds = { above, limit: deletedAtOnce, now: Date.now() }
    above = await askPostgres(deleteOwn(postgres, userId, bounds))
  } while (above !== null)
}

export const erasureCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

erasureCall.openapi(
  { ...erase, middleware: [unstored, membersOnly, utf8Only] as const },
  async (c) => {
    const { password, messages } = c.req.valid('json')
    const { postgres, redis, background } = c.env
    const { member, sessionId } = c.var.caller
    const { id } = member

    const own = await askPostgres(findOwnAccount(postgres, c.var.caller, Date.now()))
    // An earlier try came this far. There is no password left to ask for.
    if (!own?.isErased) {
      const account = demandOpen(own)
      const { attempt } = await proveOwnPassword(c, account, password)
      await tellRoom(c.env, (room) => room.erase(id, messages), undone)
      if (messages === 'delete') await deleteMessages(background.postgres, id)
      // While the address is still known.
      await askRedis(uncountLogin(redis, attempt))
      await askRedis(forgetLogins(redis, attempt))
      await askPostgres(eraseAccount(background.postgres, id, Date.now()))
      journal('account_erased', { user_id: id })
    }
    await askRedis(forgetUser(redis, id))
    await dropCookieOf(c, [sessionId])
    return c.body(null, 204)
  },
)
