// Messages for tests of the page, as the client gives them.

import type { PendingMessage, SentMessage } from '../../src/client/state.ts'
import type { RowContext } from '../../src/web/conversation/rows.ts'

export const ada = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11', username: 'Ada' }
export const bob = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a22', username: 'Bob' }

/** Rows as Ada sees them, in a room without staff. */
export const rowContext: RowContext = {
  viewer: { userId: ada.id, role: 'member', canWrite: true, canReact: true, isBanned: false },
  roles: new Map(),
  pinnedIds: new Set(),
  offered: ['👍', '❤️'],
  breaksAfter: [],
  nameOf: () => undefined,
  dividerKey: null,
  rowStates: new Map(),
}

/** Ids rise with the number. */
export const idOf = (number: number) => `m${String(number).padStart(6, '0')}`

export function sent(
  number: number,
  { by = bob, at = new Date(2026, 10, 23, 12, 0, 0, number).toISOString() } = {},
): SentMessage {
  return {
    key: idOf(number),
    state: 'sent',
    id: idOf(number),
    user_id: by.id,
    username: by.username,
    content: `message ${number}`,
    created_at: at,
    updated_at: null,
    is_deleted: false,
    revision: 1,
  }
}

export function pending(key: string): PendingMessage {
  return {
    key,
    state: 'sending',
    problem: null,
    id: null,
    client_id: key,
    user_id: '',
    username: '',
    content: key,
    created_at: new Date(2026, 10, 23, 12, 1).toISOString(),
    updated_at: null,
    is_deleted: false,
    revision: 0,
  }
}
