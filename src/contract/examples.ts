// One example frame per event, shown in the documents. A test validates them against the schemas.

import type { Member, Message } from './entities.ts'
import type { ClientData, ClientEvent, RoomEvent, RoomFrame } from './frames.ts'
import { erasedName } from './values.ts'

type ClientFrame = { [E in ClientEvent]: { event: E; data: ClientData<E> } }[ClientEvent]

type Examples = { [E in ClientEvent]: Extract<ClientFrame, { event: E }> } & {
  [E in RoomEvent]: Extract<RoomFrame, { event: E }>
}

const ada: Member = { id: '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11', username: 'Ada Lovelace' }
const bo: Member = { id: '7d2e4f10-93a5-4c1b-8f60-1c2d3e4f5a66', username: 'Bo' }
const person = { user_id: ada.id, username: ada.username }

const hello: Message = {
  id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11',
  user_id: ada.id,
  username: ada.username,
  content: 'Hello, room',
  created_at: '2025-11-19T21:25:33.467Z',
  updated_at: null,
  is_deleted: false,
  revision: 1,
  client_id: 'c-1',
}

const earlierId = '019a9d5d-f0a2-7b10-8c00-1a2b3c4d5e6f'

export const examples: Examples = {
  send_message: { event: 'send_message', data: { content: 'Hello, room', client_id: 'c-1' } },
  react: { event: 'react', data: { message_id: hello.id, reactions: ['👍', '🎉'] } },
  mark_read: { event: 'mark_read', data: { message_id: hello.id } },
  typing: { event: 'typing', data: {} },
  ping: { event: 'ping', data: {} },
  authenticate: { event: 'authenticate', data: { token: 'eyJhbGciOi…' } },
  welcome: {
    event: 'welcome',
    data: {
      ...person,
      epoch: '6f1c2b9e',
      resumed: false,
      server_time: '2025-11-19T21:25:30.000Z',
      token_expires_at: '2025-11-19T22:25:30.000Z',
      heartbeat_ms: 30_000,
      max_content: 2000,
      rate_limit: { max: 5, window_ms: 5000 },
      online_count: 1,
    },
  },
  users_online: { event: 'users_online', data: { count: 1, users: [ada] } },
  synced: { event: 'synced', data: {}, seq: 41 },
  new_message: {
    event: 'new_message',
    data: {
      ...hello,
      reply_to: earlierId,
      referenced: {
        id: earlierId,
        user_id: bo.id,
        username: bo.username,
        excerpt: 'Welcome, Ada',
        is_deleted: false,
      },
      mentions: [bo.id],
    },
    seq: 42,
  },
  message_edited: {
    event: 'message_edited',
    data: {
      message_id: hello.id,
      content: 'Hello, everyone',
      updated_at: '2025-11-19T21:26:02.120Z',
      revision: 2,
    },
    seq: 43,
  },
  message_deleted: {
    event: 'message_deleted',
    data: { message_id: hello.id, revision: 3 },
    seq: 44,
  },
  user_joined: { event: 'user_joined', data: person },
  user_left: { event: 'user_left', data: person },
  user_typing: { event: 'user_typing', data: person },
  user_erased: {
    event: 'user_erased',
    data: { user_id: ada.id, username: erasedName, messages: 'keep' },
    seq: 45,
  },
  messages_purged: {
    event: 'messages_purged',
    data: { user_id: ada.id, from_id: hello.id, to_id: hello.id, revision: 7 },
    seq: 46,
  },
  reactions_changed: {
    event: 'reactions_changed',
    data: { message_id: hello.id, counts: { '👍': 3, '🎉': 1 }, revision: 4 },
    seq: 48,
  },
  reaction_set: {
    event: 'reaction_set',
    data: { message_id: hello.id, reactions: ['👍', '🎉'], revision: 4 },
  },
  room_changed: {
    event: 'room_changed',
    data: {
      staff: [{ user_id: ada.id, username: ada.username, role: 'owner' }],
      slow_mode_ms: 10_000,
      posting: 'everyone',
      links: 'established',
      announcement: 'The meetup begins at six.',
      pins: [hello],
      reactions: ['👍', '❤️', '😂', '🎉', '😮', '😢'],
      revision: 8,
    },
    seq: 47,
  },
  restricted: {
    event: 'restricted',
    data: {
      user_id: bo.id,
      username: bo.username,
      mute: { until: '2025-11-19T21:35:30.000Z', reason: 'Advertising' },
      ban: null,
    },
  },
  report_filed: {
    event: 'report_filed',
    data: {
      id: '019a9d60-0b7c-7c10-8a00-2f4e1c9d7b22',
      message_id: hello.id,
      message: hello,
      reported_text: null,
      author: ada,
      reporter: bo,
      reason: 'Not friendly',
      status: 'open',
      filed_at: '2025-11-19T21:27:36.444Z',
      closed_by: null,
      revision: 9,
    },
  },
  audit_added: {
    event: 'audit_added',
    data: {
      id: '019a9d61-5e00-7d00-8b00-7c1d2e3f4a33',
      at: '2025-11-19T21:29:03.168Z',
      action: 'mute',
      by: ada,
      target: bo,
      message_id: null,
      reason: 'Advertising',
      until: '2025-11-19T21:35:30.000Z',
      details: {},
    },
  },
  read_marked: { event: 'read_marked', data: { message_id: hello.id } },
  token_expiring: {
    event: 'token_expiring',
    data: { token_expires_at: '2025-11-19T22:25:30.000Z' },
  },
  authenticated: {
    event: 'authenticated',
    data: { token_expires_at: '2025-11-19T23:24:31.000Z' },
  },
  reconnect: { event: 'reconnect', data: { after_ms: 10_000 } },
  pong: { event: 'pong', data: {} },
  error: {
    event: 'error',
    data: {
      message: 'Rate limit exceeded. Please slow down.',
      code: 'rate_limited',
      event: 'send_message',
      client_id: 'c-1',
      retry_after_ms: 1200,
    },
  },
}
