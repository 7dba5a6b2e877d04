// Accounts that are written straight to Postgres, because hundreds of registrations would take minutes of
// bcrypt. Nobody can log in to them, but all else works.

import { createTokens } from '../../src/crypto/access-token.ts'
import { newIdAt } from '../../src/domain/ids.ts'
import { call } from '../harness/rest.ts'
import type { Member } from '../kit/protocol.ts'
import { type Stage, secret } from './stage.ts'

export type Account = Member & { token: string }

const tokens = createTokens({ environment: 'local', secret, ttlSeconds: 3_600 })
const writesAtOnce = 20

/** Each session has the id of its account. */
const insertion = `
  with accounts as (select * from json_to_recordset($1::json) as account (id uuid, username text)),
  users as (
    insert into users (id, username, username_canonical, email, email_canonical, password_hash)
    select id, username, lower(username), id || '@example.com', id || '@example.com', '-'
    from accounts returning id
  )
  insert into sessions (id, user_id, created_at, last_used_at, expires_at, refresh_hash)
  select id, id, now(), now(), now() + interval '1 day', id from users`

/** @param at when they registered, in milliseconds: it is in their ids */
export async function openAccounts(
  { query }: Stage,
  names: string[],
  at: number,
): Promise<Account[]> {
  const members = names.map((username) => {
    const id = newIdAt(at, crypto.getRandomValues(new Uint8Array(8)))
    return { id, username }
  })
  await query(insertion, [JSON.stringify(members)])
  const withToken = async (member: Member) => {
    const caller = { member, sessionId: member.id }
    return { ...member, token: (await tokens.issue(caller, Date.now())).access_token }
  }
  return Promise.all(members.map(withToken))
}

/** Has each of them write many messages, in turn, in a start of the service without limits. */
export async function writeBefore(stage: Stage, authors: Account[], each: number): Promise<void> {
  await stage.restart({ MESSAGE_LIMIT: '1000000', ROOM_LIMIT: '1000000' })
  let left = each * authors.length
  const writeInTurn = async () => {
    while (left-- > 0) {
      const token = authors[left % authors.length]?.token ?? ''
      const body = { content: `Message ${left} of an earlier flood` }
      const { status } = await call(stage.port, 'POST', '/messages', { token, body })
      if (status !== 201) throw new Error(`POST /messages was answered with ${status}`)
    }
  }
  await Promise.all(Array.from({ length: writesAtOnce }, writeInTurn))
  await stage.restart()
}
