// The socket's side of the contract as AsyncAPI 3.0, made from the schemas that validate frames.

import { z } from '@hono/zod-openapi'
import { description } from './asyncapi-guide.ts'
import { closeCodes } from './close-codes.ts'
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

const says: Record<ClientEvent | RoomEvent, string> = {
  send_message: 'Say something to the room',
  typing: 'I am typing',
  ping: 'Are you there?',
  authenticate: 'Here is my next token',
  welcome: 'You are in: the first frame of every socket',
  users_online: 'Who is here',
  synced: 'The replay is over, live frames follow',
  new_message: 'Somebody said something',
  message_edited: 'A message has a new text',
  message_deleted: 'A message is gone for good',
  user_joined: 'Somebody came',
  user_left: 'Somebody left',
  user_typing: 'Somebody is typing',
  user_erased: 'An account has ended',
  token_expiring: 'Your token is about to expire',
  authenticated: 'Your next token holds',
  reconnect: 'Leave soon, and come back',
  pong: 'I am here',
  error: 'Your last frame was refused',
}

const roomEvents = Object.keys(roomFrames) as RoomEvent[]

type JsonSchema = z.core.JSONSchema.BaseSchema

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    unrepresentable: 'any',
    override({ jsonSchema: made }) {
      if (made.format !== undefined) {
        // A transform hides the type of what it makes; a pattern only repeats the format.
        made.type ??= 'string'
        delete made.pattern
      }
      // Clients must let pass what a later version adds.
      delete made.additionalProperties
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum
      if (made.example !== undefined) {
        made.examples = [made.example]
        delete made.example
      }
    },
  })
  return json
}

function message(event: ClientEvent | RoomEvent, payload: JsonSchema) {
  return {
    name: event,
    title: event,
    summary: says[event],
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
      description: 'The access token, where it is not sent as a subprotocol',
    },
    epoch: { type: 'string', description: 'Of the log to resume; from `welcome`' },
    since: { type: 'string', pattern: '^\\d+$', description: 'The last `seq` that was received' },
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
    Origin: { type: 'string', description: 'Of a web page: must be one that is allowed' },
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
        description: 'Everyone who is logged in hears everything that is said here.',
        servers: [ref('servers/here')],
        messages: all([...clientEvents, ...roomEvents, 'batch'], (event) =>
          ref(`components/messages/${event}`),
        ),
        bindings: { ws: { method: 'GET', query, headers, bindingVersion: '0.1.0' } },
        'x-close-codes': closeCodes,
        'x-subprotocols': [protocol, `${bearerPrefix}<access_token>`],
      },
    },
    operations: {
      hear: {
        action: 'receive',
        channel: ref('channels/chat'),
        summary: 'What the room takes from a client',
        messages: channelMessages(clientEvents),
      },
      tell: {
        action: 'send',
        channel: ref('channels/chat'),
        summary: 'What the room sends to a client',
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
          description: 'The access token; it may end up in logs on the way',
        },
      },
    },
  }
}
