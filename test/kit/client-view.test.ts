// What a client shows, in whatever order pages and events come.

import { expect, test } from 'vitest'
import { ClientView } from './client-view.ts'
import type { Frame, Message } from './protocol.ts'

const message = (id: string, user_id = 'ada'): Message => ({
  ...{ id, user_id, username: user_id, content: id, created_at: 'then', updated_at: null },
  ...{ is_deleted: false, revision: 1 },
})
const purge: Frame = {
  event: 'messages_purged',
  data: { user_id: 'ada', from_id: 'a2', to_id: 'a3', revision: 9 },
  seq: 4,
}
const edit: Frame = {
  event: 'message_edited',
  data: { message_id: 'a2', content: 'new', updated_at: 'now', revision: 2 },
  seq: 3,
}

function shownAfter(work: (view: ClientView) => void): string[] {
  const view = new ClientView()
  work(view)
  return view.shown().map(({ id }) => id)
}

const page = ['a1', 'a2', 'a3', 'a4'].map((id) => message(id, id === 'a3' ? 'eve' : 'ada'))

test('a purge hides the messages of its range, also in a page that comes later', () => {
  const before = shownAfter((view) => {
    view.load({ messages: page, horizon: '' })
    view.apply(purge)
  })
  const after = shownAfter((view) => {
    view.apply(purge)
    view.load({ messages: page, horizon: '' })
  })
  expect([before, after]).toEqual([
    ['a1', 'a3', 'a4'],
    ['a1', 'a3', 'a4'],
  ])
})

test('a message of which only an edit came is not shown: it was purged before the page was read', () => {
  const shown = shownAfter((view) => {
    view.apply(edit)
    view.apply(purge)
    view.load({ messages: page.filter(({ id }) => id !== 'a2'), horizon: '' })
  })
  expect(shown).toEqual(['a1', 'a3', 'a4'])
})

test('restrictions are those that this connection was told of', () => {
  const view = new ClientView()
  const restricted = { user_id: 'ada', username: 'Ada', ban: null }
  const mute = { until: null, reason: null }
  view.apply({ event: 'restricted', data: { ...restricted, mute } })
  view.apply({ event: 'restricted', data: { ...restricted, mute: null } })
  expect([...view.restricted.values()]).toEqual([{ ...restricted, mute: null }])
  const welcome = { user_id: 'ada', epoch: 'e', resumed: true, server_time: 'now' }
  view.apply({ event: 'welcome', data: welcome })
  expect(view.restricted.size).toBe(0)
})
