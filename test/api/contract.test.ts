// Every call of the contract is made once as it should be, and once by nobody: each answer is one
// that the contract knows, and fits its schema.

import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Member, Message, User } from '../../src/contract/entities.ts'
import { Problem } from '../../src/contract/problems.ts'
import { Export } from '../../src/contract/routes/accounts.ts'
import { Ticket } from '../../src/contract/routes/chat.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { Health, Readiness } from '../../src/contract/routes/operation.ts'
import { Session, Tokens } from '../../src/contract/routes/sessions.ts'
import { createApp } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { call } from '../support/chat.ts'
import { answer, post, refusal } from './answers.ts'
import {
  anAddress,
  callIn,
  type LoggedIn,
  newcomer,
  password,
  registered,
  session,
} from './people.ts'

type Operation = {
  security: Record<string, unknown>[]
  responses: Record<string, { content?: Record<string, unknown> }>
}

const document = JSON.parse(JSON.stringify(openApiDocument(createApp()))) as {
  paths: Record<string, Record<string, Operation>>
}

/** What the operator may call has tests of its own. */
const operations = Object.entries(document.paths)
  .filter(([path]) => !path.startsWith('/admin'))
  .flatMap(([path, calls]) =>
    Object.entries(calls).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )

type Known = { tokens: LoggedIn; other: LoggedIn; email: string; messageId: string }

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

const calls: Record<string, Call> = {
  'POST /auth/register': {
    make: () => call('/auth/register', post(newcomer(), anAddress())),
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
  'GET /auth/me': { make: inSession('GET', '/auth/me'), status: 200, schema: User },
  'DELETE /auth/me': {
    make: inSession('DELETE', '/auth/me', { password }),
    ...{ status: 204, schema: null },
  },
  'GET /auth/me/export': {
    make: inSession('GET', '/auth/me/export'),
    ...{ status: 200, schema: Export },
  },
  'GET /users/online': {
    make: inSession('GET', '/users/online'),
    ...{ status: 200, schema: Member.array() },
  },
  'GET /messages': { make: inSession('GET', '/messages?limit=2'), status: 200, schema: Page },
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
  return { tokens, other, email, messageId: id }
}

test('EVERY-1 call of the contract is tried here', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(calls).sort())
})

describe.each(operations)('$name', ({ name, operation }) => {
  const known = Object.keys(operation.responses)

  test('EVERY-2 answers what the contract says', async () => {
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

  test('EVERY-3 is refused to nobody in particular as the contract says', async () => {
    const { make } = calls[name] as Call
    const strangers = { ...(await someone()) }
    const tokens = { ...strangers.tokens, access_token: 'nonsense', refresh_token: 'nonsense' }
    const response = await make({ ...strangers, tokens })
    expect([...known, '101']).toContain(String(response.status))
    const locked = operation.security.length === 1 && 'bearer' in (operation.security[0] ?? {})
    if (locked) await refusal(response, 'unauthenticated')
  })
})
