// Another password. Whoever else is logged in to the account is put out by it.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { changePassword } from '../contract/routes/accounts.ts'
import { writePassword } from '../postgres/own-account.ts'
import { sessionsOf } from '../postgres/sessions.ts'
import { afterAnswer } from './after-answer.ts'
import { membersOnly, unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { revoke, revokeInsistently } from './endings.ts'
import { ownAccount } from './own-account.ts'
import type { Wired } from './parts.ts'
import { demandStrength, hashInTurn, proveOwnPassword, settle } from './passwords.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { dropCookieOf } from './session-cookie.ts'
import { askPostgres } from './stores.ts'

/** How often an account that changes under our hands is looked at anew. */
const triesMax = 3

type Passwords = { current: string; chosen: string }

/** @returns the sessions that ended; null: the account changed meanwhile */
async function change(c: Context<Wired>, { current, chosen }: Passwords): Promise<string[] | null> {
  const { postgres } = c.env
  const { member, sessionId } = c.var.caller
  const own = await ownAccount(c.env, c.var.caller)
  await demandStrength(chosen, own.user, 'new')
  const proof = await proveOwnPassword(c, own, current)
  settle(c, proof)
  const renewed = await hashInTurn(c, chosen)

  const open = await askPostgres(sessionsOf(postgres, member.id, Date.now()))
  const others = open.map(({ id }) => id).filter((id) => id !== sessionId)
  // First of all: once the password is another, this call can't be repeated.
  await revoke(c.env, others)
  const ended = await askPostgres(
    writePassword(postgres, proof.found, { renewed, keep: sessionId }),
  )
  const latecomers = ended?.filter((id) => !others.includes(id)) ?? []
  afterAnswer(c, revokeInsistently(c.env, latecomers))
  return ended
}

export const passwordCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

passwordCall.openapi(
  { ...changePassword, middleware: [unstored, membersOnly, utf8Only] as const },
  async (c) => {
    const { current, new: chosen } = c.req.valid('json')
    for (let tries = 0; tries < triesMax; tries++) {
      const ended = await change(c, { current, chosen })
      if (!ended) continue
      await dropCookieOf(c, ended)
      return c.body(null, 204)
    }
    throw new Refused({ code: 'unavailable' })
  },
)
