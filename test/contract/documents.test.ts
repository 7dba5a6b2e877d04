import { describe, expect, test } from 'vitest'
import committedAsyncApi from '../../docs/asyncapi.json'
import committedOpenApi from '../../docs/openapi.json'
import { asyncApiDocument } from '../../src/contract/asyncapi.ts'
import { examples } from '../../src/contract/examples.ts'
import {
  type ClientEvent,
  clientEvents,
  type RoomEvent,
  roomFrame,
  roomFrames,
} from '../../src/contract/frames.ts'
import { parseFrame } from '../../src/contract/parse-frame.ts'
import { createApp } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/docs/openapi.ts'

const roomEvents = Object.keys(roomFrames) as RoomEvent[]
const plain = (document: object): unknown => JSON.parse(JSON.stringify(document))

describe('the committed documents', () => {
  test('are those that the server serves: else run `node build/docs.ts` and read the diff', () => {
    expect(plain(openApiDocument(createApp()))).toEqual(committedOpenApi)
    const here = { host: 'localhost:8787', protocol: 'ws' } as const
    expect(plain(asyncApiDocument(here))).toEqual(committedAsyncApi)
  })

  test('let a value that may be null be null: no schema adds null to one that refuses it', () => {
    const contradictions: unknown[] = []
    JSON.stringify(committedOpenApi, (_, value) => {
      const parts: { $ref?: string; type?: unknown }[] = value?.allOf ?? []
      const mayBeNull = parts.some(({ type }) => Array.isArray(type) && type.includes('null'))
      if (mayBeNull && parts.some(({ $ref }) => $ref)) contradictions.push(value)
      return value
    })
    expect(contradictions).toEqual([])
  })

  test('describe every event, both ways', () => {
    const { messages } = committedAsyncApi.components
    const documented = Object.keys(messages).filter((name) => name !== 'batch')
    expect(documented.sort()).toEqual([...new Set([...clientEvents, ...roomEvents])].sort())
  })

  test('demand a token where the server does, and only there', () => {
    const locked = Object.entries(committedOpenApi.paths).flatMap(([path, calls]) =>
      Object.entries(calls as Record<string, { security: object[] }>)
        .filter(([, { security }]) => security.length === 1 && 'bearer' in (security[0] ?? {}))
        .map(([method]) => `${method} ${path}`),
    )
    expect(locked.sort()).toEqual([
      'delete /auth/me',
      'delete /auth/sessions/{id}',
      'delete /messages/{id}',
      'delete /room/pins/{message_id}',
      'delete /users/{id}/ban',
      'delete /users/{id}/mute',
      'get /audit',
      'get /auth/me',
      'get /auth/me/export',
      'get /auth/me/mentions',
      'get /auth/me/reactions',
      'get /auth/me/read',
      'get /auth/sessions',
      'get /messages/search',
      'get /reports',
      'get /room/words',
      'get /users',
      'patch /messages/{id}',
      'patch /reports/{id}',
      'patch /room',
      'post /auth/logout-all',
      'post /auth/password',
      'post /messages',
      'post /messages/{id}/report',
      'post /users/{id}/purge',
      'post /ws/ticket',
      'put /auth/me/read',
      'put /messages/{id}/reactions',
      'put /room/pins/{message_id}',
      'put /room/words',
      'put /users/{id}/ban',
      'put /users/{id}/mute',
      'put /users/{id}/role',
    ])
  })
})

describe('the examples', () => {
  test.each(roomEvents)('%s is a frame that the room could send', (event) => {
    expect(roomFrame(event).parse(examples[event])).toEqual(examples[event])
  })

  test.each(clientEvents)('%s is a frame that the room understands', (event: ClientEvent) => {
    expect(parseFrame(JSON.stringify(examples[event]))).toEqual({
      ok: true,
      frame: examples[event],
    })
  })
})
