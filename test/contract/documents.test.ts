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
import { parseFrame } from '../../src/contract/parse.ts'
import { createApp } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/openapi.ts'

const roomEvents = Object.keys(roomFrames) as RoomEvent[]
const plain = (document: object): unknown => JSON.parse(JSON.stringify(document))

describe('the committed documents', () => {
  test('are those that the server serves: else run `node build/docs.ts` and read the diff', () => {
    expect(plain(openApiDocument(createApp()))).toEqual(committedOpenApi)
    const here = { host: 'localhost:8787', protocol: 'ws' } as const
    expect(plain(asyncApiDocument(here))).toEqual(committedAsyncApi)
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
      'get /auth/me',
      'get /auth/me/export',
      'get /auth/sessions',
      'patch /messages/{id}',
      'post /auth/logout-all',
      'post /auth/password',
      'post /messages',
      'post /ws/ticket',
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
