// Calls every operation of the contract once as intended and once without a token. Each response
// must be one of the contract and match its schema.

import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Member, Message, ReadMarker, ReadState, User } from '../../src/contract/entities.ts'
import { Profile, Restrictions, Room, WordList } from '../../src/contract/moderation.ts'
import { Report } from '../../src/contract/moderation-records.ts'
import { Problem } from '../../src/contract/problems.ts'
import { ReactionSet } from '../../src/contract/reactions.ts'
import { Export } from '../../src/contract/routes/accounts.ts'
import { HitPage, MentionPage } from '../../src/contract/routes/conversation.ts'
import { Health, Readiness } from '../../src/contract/routes/health.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { Purged, RestrictedPage } from '../../src/contract/routes/moderation-people.ts'
import { AuditPage, ReportPage } from '../../src/contract/routes/moderation-records.ts'
import { ResetAsked } from '../../src/contract/routes/password-reset.ts'
import { OwnReactionsPage, PersonReactionsPage } from '../../src/contract/routes/reactions.ts'
import { Session, Tokens } from '../../src/contract/routes/sessions.ts'
import { Ticket } from '../../src/contract/routes/socket.ts'
import { createApp } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/docs/openapi.ts'
import { newOwner } from '../room/moderation/moderators.ts'
import { call, newPerson, say } from '../support/chat.ts'
import {
  anAddress,
  callIn,
  type LoggedIn,
  newAccount,
  password,
  registered,
  session,
} from './accounts.ts'
import { resetTokenOf } from './reset-mails.ts'
import { answer, post, refusal } from './responses.ts'

type Operation = {
  security: Record<string, unknown>[]
  responses: Record<string, { content?: Record<string, unknown> }>
}

const document = JSON.parse(JSON.stringify(openApiDocument(createApp()))) as {
  paths: Record<string, Record<string, Operation>>
}

/** The operator's operations have tests of their own. */
const operations = Object.entries(document.paths)
  .filter(([path]) => !path.startsWith('/admin'))
  .flatMap(([path, calls]) =>
    Object.entries(calls).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )

type Known = {
  tokens: LoggedIn
  other: LoggedIn
  email: string
  messageId: string
  /** The token of an owner of the room. */
  owner: Bearer
  /** Another member, who has sent this message. */
  member: { id: string; messageId: string } & Bearer
}
type Bearer = Pick<LoggedIn, 'access_token'>

/** Schema null: the answer has no body. */
type Call = {
  make: (known: Known) => Promise<Response>
  status: number
  schema: z.ZodType | null
}

const inSession =
  (method: string, path: string, body?: unknown) =>
  ({ tokens }: Known) =>
    callIn(tokens, method, path, body)

/** @param path `ID` stands for the id of the other member, and `MESSAGE` for that of the message */
const asOwner =
  (method: string, path: string, body?: unknown) =>
  ({ owner, member }: Known) =>
    callIn(owner, method, path.replace('ID', member.id).replace('MESSAGE', member.messageId), body)

/** The calls that set and end a restriction. */
const restriction = (kind: 'mute' | 'ban'): Record<string, Call> => ({
  [`PUT /users/{id}/${kind}`]: {
    make: asOwner('PUT', `/users/ID/${kind}`, { until: null }),
    ...{ status: 200, schema: Restrictions },
  },
  [`DELETE /users/{id}/${kind}`]: {
    make: asOwner('DELETE', `/users/ID/${kind}`),
    ...{ status: 204, schema: null },
  },
})

const calls: Record<string, Call> = {
  'POST /auth/register': {
    make: () => call('/auth/register', post(newAccount(), anAddress())),
    ...{ status: 201, schema: User },
  },
  'POST /auth/login': {
    make: ({ email }) => call('/auth/login', post({ email, password }, anAddress())),
    ...{ status: 200, schema: Tokens },
  },
  'POST /auth/refresh': {
    make: ({ tokens: { refresh_token } }) => call('/auth/refresh', post({ refresh_token })),
    ...{ status: 200, schema: Tokens },
  },
  'POST /auth/logout': {
    make: inSession('POST', '/auth/logout', {}),
    ...{ status: 204, schema: null },
  },
  'POST /auth/logout-all': {
    make: inSession('POST', '/auth/logout-all'),
    ...{ status: 204, schema: null },
  },
  'GET /auth/sessions': {
    make: inSession('GET', '/auth/sessions'),
    ...{ status: 200, schema: Session.array() },
  },
  'DELETE /auth/sessions/{id}': {
    make: ({ tokens, other }) => callIn(tokens, 'DELETE', `/auth/sessions/${other.session_id}`),
    ...{ status: 204, schema: null },
  },
  'POST /auth/password': {
    make: inSession('POST', '/auth/password', { current: password, new: 'another long one' }),
    ...{ status: 204, schema: null },
  },
  'POST /auth/password/forgot': {
    make: ({ email }) => call('/auth/password/forgot', post({ email }, anAddress())),
    ...{ status: 202, schema: ResetAsked },
  },
  'POST /auth/password/reset': {
    make: async ({ tokens }) => {
      const token = await resetTokenOf(tokens.user.id)
      return call('/auth/password/reset', post({ token, password: 'another long one' }))
    },
    ...{ status: 204, schema: null },
  },
  'GET /auth/me': { make: inSession('GET', '/auth/me'), status: 200, schema: User },
  'DELETE /auth/me': {
    make: inSession('DELETE', '/auth/me', { password }),
    ...{ status: 204, schema: null },
  },
  'GET /auth/me/export': {
    make: inSession('GET', '/auth/me/export'),
    ...{ status: 200, schema: Export },
  },
  'GET /auth/me/read': {
    make: inSession('GET', '/auth/me/read'),
    ...{ status: 200, schema: ReadState },
  },
  'PUT /auth/me/read': {
    make: ({ tokens, messageId }) =>
      callIn(tokens, 'PUT', '/auth/me/read', { message_id: messageId }),
    ...{ status: 200, schema: ReadMarker },
  },
  'GET /users/online': {
    make: inSession('GET', '/users/online'),
    ...{ status: 200, schema: Member.array() },
  },
  'GET /messages': { make: inSession('GET', '/messages?limit=2'), status: 200, schema: Page },
  'GET /messages/{id}': {
    make: ({ tokens, messageId }) => callIn(tokens, 'GET', `/messages/${messageId}`),
    ...{ status: 200, schema: Message },
  },
  'GET /messages/search': {
    make: inSession('GET', '/messages/search?q=hello'),
    ...{ status: 200, schema: HitPage },
  },
  'PUT /messages/{id}/reactions': {
    make: ({ tokens, messageId }) =>
      callIn(tokens, 'PUT', `/messages/${messageId}/reactions`, { reactions: ['👍'] }),
    ...{ status: 200, schema: ReactionSet },
  },
  'GET /messages/{id}/reactions': {
    make: ({ tokens, messageId }) => callIn(tokens, 'GET', `/messages/${messageId}/reactions`),
    ...{ status: 200, schema: PersonReactionsPage },
  },
  'GET /auth/me/reactions': {
    make: ({ tokens, messageId }) =>
      callIn(tokens, 'GET', `/auth/me/reactions?from=${messageId}&to=${messageId}`),
    ...{ status: 200, schema: OwnReactionsPage },
  },
  'GET /auth/me/mentions': {
    make: inSession('GET', '/auth/me/mentions'),
    ...{ status: 200, schema: MentionPage },
  },
  'POST /messages': {
    make: inSession('POST', '/messages', { content: 'a' }),
    ...{ status: 201, schema: Message },
  },
  'PATCH /messages/{id}': {
    make: ({ tokens, messageId }) =>
      callIn(tokens, 'PATCH', `/messages/${messageId}`, { content: 'b' }),
    ...{ status: 200, schema: Message },
  },
  'DELETE /messages/{id}': {
    make: ({ tokens, messageId }) => callIn(tokens, 'DELETE', `/messages/${messageId}`),
    ...{ status: 204, schema: null },
  },
  'POST /messages/{id}/report': {
    make: ({ tokens, member }) =>
      callIn(tokens, 'POST', `/messages/${member.messageId}/report`, { reason: 'a' }),
    ...{ status: 204, schema: null },
  },
  'GET /room': { make: inSession('GET', '/room'), status: 200, schema: Room },
  'PATCH /room': {
    make: asOwner('PATCH', '/room', { announcement: 'a' }),
    ...{ status: 200, schema: Room },
  },
  'PUT /room/pins/{message_id}': {
    make: asOwner('PUT', '/room/pins/MESSAGE'),
    ...{ status: 200, schema: Room },
  },
  'DELETE /room/pins/{message_id}': {
    make: asOwner('DELETE', '/room/pins/MESSAGE'),
    ...{ status: 204, schema: null },
  },
  'GET /room/words': { make: asOwner('GET', '/room/words'), status: 200, schema: WordList },
  'PUT /room/words': {
    make: asOwner('PUT', '/room/words', { terms: ['forbidden'] }),
    ...{ status: 200, schema: WordList },
  },
  'GET /users/{id}': { make: asOwner('GET', '/users/ID'), status: 200, schema: Profile },
  'PUT /users/{id}/role': {
    make: asOwner('PUT', '/users/ID/role', { role: 'moderator' }),
    ...{ status: 200, schema: Room },
  },
  ...restriction('mute'),
  ...restriction('ban'),
  'POST /users/{id}/purge': {
    make: asOwner('POST', '/users/ID/purge', { since: '2026-01-01T00:00:00Z' }),
    ...{ status: 200, schema: Purged },
  },
  'GET /users': {
    make: asOwner('GET', '/users?restricted=true'),
    ...{ status: 200, schema: RestrictedPage },
  },
  'GET /reports': { make: asOwner('GET', '/reports'), status: 200, schema: ReportPage },
  'PATCH /reports/{id}': {
    make: async (known) => {
      const id = await reported(known)
      return callIn(known.owner, 'PATCH', `/reports/${id}`, { status: 'resolved' })
    },
    ...{ status: 200, schema: Report },
  },
  'GET /audit': { make: asOwner('GET', '/audit'), status: 200, schema: AuditPage },
  'GET /health': { make: () => call('/health'), status: 200, schema: Health },
  'GET /ready': { make: () => call('/ready'), status: 200, schema: Readiness },
  'POST /ws/ticket': {
    make: inSession('POST', '/ws/ticket'),
    ...{ status: 201, schema: Ticket },
  },
  'GET /ws/chat': { make: () => call('/ws/chat'), status: 426, schema: Problem },
}

async function someone(): Promise<Known> {
  const { email } = await registered()
  const [tokens, other] = [await session(email), await session(email)]
  const said = await callIn(tokens, 'POST', '/messages', { content: 'a' })
  const { id } = Message.parse(await said.json())
  const member = await newPerson()
  const theirs = { id: member.id, messageId: (await say(member, 'a')).id }
  return {
    ...{ tokens, other, email, messageId: id },
    owner: { access_token: (await newOwner()).token },
    member: { ...theirs, access_token: member.token },
  }
}

/** Reports the message of the member. @returns the id of the report; without a moderator none is known */
async function reported({ member, owner }: Known): Promise<string> {
  await callIn(member, 'POST', `/messages/${member.messageId}/report`, {})
  const answer = await callIn(owner, 'GET', '/reports')
  if (!answer.ok) return member.id
  const { reports } = ReportPage.parse(await answer.json())
  const found = reports.find(({ message_id }) => message_id === member.messageId)
  if (!found) throw new Error('The report is not in the list')
  return found.id
}

test('EVERY-1 Each call of the contract has a test', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(calls).sort())
})

describe.each(operations)('$name', ({ name, operation }) => {
  const known = Object.keys(operation.responses)

  test('EVERY-2 Each call answers as the contract says', async () => {
    const { make, status, schema } = calls[name] as Call
    const response = await make(await someone())
    expect(known).toContain(String(status))
    if (schema) {
      await answer(response, status, schema)
      const type = response.headers.get('content-type') ?? ''
      expect(Object.keys(operation.responses[status]?.content ?? {})).toEqual([type])
    } else {
      expect([response.status, await response.text()]).toEqual([status, ''])
      expect(operation.responses[status]?.content).toBeUndefined()
    }
  })

  test('EVERY-3 Each call without a valid token is answered as the contract says', async () => {
    const { make } = calls[name] as Call
    const strangers = { ...(await someone()) }
    const tokens = { ...strangers.tokens, access_token: 'nonsense', refresh_token: 'nonsense' }
    const response = await make({ ...strangers, tokens, owner: tokens })
    expect([...known, '101']).toContain(String(response.status))
    const locked = operation.security.length === 1 && 'bearer' in (operation.security[0] ?? {})
    if (locked) await refusal(response, 'unauthenticated')
  })
})
