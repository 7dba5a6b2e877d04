// The WebSocket contract as an AsyncAPI 3.0 document, generated from the schemas that validate
// frames.

import { z } from '@hono/zod-openapi'
import { description } from './asyncapi-guide.ts'
import { closeCodes } from './close-codes.ts'
import { summaries } from './event-summaries.ts'
import { examples } from './examples.ts'
import {
  type ClientEvent,
  clientEvents,
  clientFrames,
  type RoomEvent,
  roomFrame,
  roomFrames,
} from './frames.ts'
import { app, bearerPrefix, protocol } from './version.ts'

const roomEvents = Object.keys(roomFrames) as RoomEvent[]

type JsonSchema = z.core.JSONSchema.BaseSchema

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    unrepresentable: 'any',
    override({ jsonSchema: generated }) {
      if (generated.format !== undefined) {
        // A transform hides the type of its result, and a pattern only repeats the format.
        generated.type ??= 'string'
        delete generated.pattern
      }
      // Clients must ignore fields that a later version adds.
      delete generated.additionalProperties
      if (generated.maximum === Number.MAX_SAFE_INTEGER) delete generated.maximum
      if (generated.example !== undefined) {
        generated.examples = [generated.example]
        delete generated.example
      }
    },
  })
  return json
}

function message(event: ClientEvent | RoomEvent, payload: JsonSchema) {
  return {
    name: event,
    title: event,
    summary: summaries[event],
    contentType: 'application/json',
    payload,
    examples: [{ name: event, payload: examples[event] }],
  }
}

function clientMessage(event: ClientEvent) {
  const frame = z.object({ event: z.literal(event), data: clientFrames[event] })
  return message(event, jsonSchema(frame, 'input'))
}

function roomMessage(event: RoomEvent) {
  return message(event, jsonSchema(roomFrame(event), 'output'))
}

const ref = (path: string) => ({ $ref: `#/${path}` })
const all = <E extends string>(events: readonly E[], make: (event: E) => unknown) =>
  Object.fromEntries(events.map((event) => [event, make(event)]))

const batch = {
  name: 'batch',
  title: 'batch',
  summary: `Several frames in order, to clients of ${protocol} only`,
  contentType: 'application/json',
  payload: {
    type: 'array',
    minItems: 1,
    items: { anyOf: roomEvents.map((event) => ref(`components/messages/${event}/payload`)) },
  },
  examples: [{ name: 'batch', payload: [examples.user_joined, examples.new_message] }],
}

const query = {
  type: 'object',
  properties: {
    token: {
      type: 'string',
      description: 'The access token, unless it is sent as a subprotocol',
    },
    epoch: { type: 'string', description: 'With `since`: the log to resume, from `welcome`' },
    since: {
      type: 'string',
      pattern: '^\\d+$',
      description: 'The last `seq` that the client received',
    },
  },
}

const headers = {
  type: 'object',
  properties: {
    'Sec-WebSocket-Protocol': {
      type: 'string',
      description: `\`${protocol}, ${bearerPrefix}<access_token>\``,
      examples: [`${protocol}, ${bearerPrefix}eyJhbGciOiJIUzI1NiJ9.e30.c2ln`],
    },
    Origin: { type: 'string', description: 'Sent by web pages; must be an allowed origin' },
  },
}

/** @param server where the document is served from */
export function asyncApiDocument(server: { host: string; protocol: 'ws' | 'wss' }): object {
  const channelMessages = (events: readonly string[]) =>
    events.map((event) => ref(`channels/chat/messages/${event}`))
  return {
    asyncapi: '3.0.0',
    info: {
      title: app.name,
      version: app.version,
      description,
      license: { name: 'MIT' },
      tags: [{ name: 'chat', description: 'The room' }],
    },
    defaultContentType: 'application/json',
    servers: {
      here: {
        ...server,
        description: 'This server',
        security: [
          ref('components/securitySchemes/subprotocol'),
          ref('components/securitySchemes/address'),
        ],
      },
    },
    channels: {
      chat: {
        address: '/ws/chat',
        title: 'The room',
        description: 'Every connection receives every message of the room.',
        servers: [ref('servers/here')],
        messages: all([...clientEvents, ...roomEvents, 'batch'], (event) =>
          ref(`components/messages/${event}`),
        ),
        bindings: { ws: { method: 'GET', query, headers, bindingVersion: '0.1.0' } },
        'x-close-codes': closeCodes,
        'x-subprotocols': [protocol, `${bearerPrefix}<access_token>`],
      },
    },
    // The ids are published, so these names stay.
    operations: {
      hear: {
        action: 'receive',
        channel: ref('channels/chat'),
        summary: 'Frames from a client to the room',
        messages: channelMessages(clientEvents),
      },
      tell: {
        action: 'send',
        channel: ref('channels/chat'),
        summary: 'Frames from the room to a client',
        messages: channelMessages([...roomEvents, 'batch']),
      },
    },
    components: {
      messages: {
        ...all(clientEvents, clientMessage),
        ...all(roomEvents, roomMessage),
        batch,
      },
      securitySchemes: {
        subprotocol: {
          type: 'httpApiKey',
          name: 'Sec-WebSocket-Protocol',
          in: 'header',
          description: `\`${bearerPrefix}<access_token>\` among the offered subprotocols`,
        },
        address: {
          type: 'httpApiKey',
          name: 'token',
          in: 'query',
          description: 'The access token. Proxies may log it with the URL.',
        },
      },
    },
  }
}
