import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { callAs, flushed, newPerson, type Person, theRoom, trouble } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { allPages, change, mentionsOf, remove } from './conversation-pages.ts'
import { newModerator } from './moderation/moderators.ts'

afterEach(() => trouble({ part: 'postgres' }))

async function mention(by: Person, content: string, of: Person[] | 'room'): Promise<Message> {
  const named = of === 'room' ? { mentions_room: true } : { mentions: of.map(({ id }) => id) }
  const answer = await callAs(by, 'POST', '/messages', { content, ...named })
  expect(answer.status).toBe(201)
  return answer.json()
}

const contentsFor = async (person: Person) =>
  (await mentionsOf(person)).messages.map(({ content }) => content)

describe('the mentions of a person', () => {
  it('MENTIONS-1 are the messages of others to the person or the room, before and after a flush', async () => {
    const [ada, bo, moderator] = [await newPerson(), await newPerson(), await newModerator()]
    await mention(ada, 'to bo', [bo])
    await mention(ada, 'to both', [ada, bo])
    await mention(moderator, 'to all', 'room')
    await mention(bo, 'to himself', [bo])
    await mention(ada, 'to the moderator', [moderator])
    expect(await contentsFor(bo)).toEqual(['to all', 'to both', 'to bo'])
    await flushed()
    expect(await contentsFor(bo)).toEqual(['to all', 'to both', 'to bo'])
    expect(await contentsFor(ada)).toEqual(['to all'])
    expect(await contentsFor(moderator)).toEqual(['to the moderator'])
  })

  it('MENTIONS-2 come newest first in pages without a gap or a repeat', async () => {
    const [bo, moderator] = [await newPerson(), await newModerator()]
    const sent = []
    for (let n = 0; n < 3; n++) {
      sent.push(await mention(moderator, `room ${n}`, 'room'))
      sent.push(await mention(await newPerson(), `bo ${n}`, [bo]))
      if (n === 1) await flushed()
    }
    const all = await allPages(async (more) => {
      const { messages, next_cursor } = await mentionsOf(bo, { limit: 2, ...more })
      return { items: messages.map(({ id }) => id), next_cursor }
    })
    const ids = sent.map(({ id }) => id).reverse()
    expect(all.slice(0, ids.length)).toEqual(ids)
    expect(all).toEqual([...new Set(all)].sort().reverse())
  })

  it('MENTIONS-3 show a text as it is now, and none that was deleted a moment ago', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const edited = await mention(ada, 'before', [bo])
    const deleted = await mention(ada, 'deleted', [bo])
    await flushed()
    await change(ada, edited, 'after')
    await remove(ada, deleted)
    const own = async () => (await contentsFor(bo)).filter((content) => !content.startsWith('room'))
    expect((await own()).slice(0, 1)).toEqual(['after'])
    expect(await own()).not.toContain('deleted')
    await flushed()
    expect((await own()).slice(0, 1)).toEqual(['after'])
    expect(await own()).not.toContain('deleted')
  })

  it('MENTIONS-4 hold no purged message, and none of an erased account', async () => {
    const [ada, eve, bo] = [await newPerson(), await newPerson(), await newPerson()]
    await mention(ada, 'purged', [bo])
    await mention(eve, 'erased', [bo])
    await flushed()
    const since = new Date(testClock.now() - 60_000).toISOString()
    const moderator = await newModerator()
    expect((await callAs(moderator, 'POST', `/users/${ada.id}/purge`, { since })).status).toBe(200)
    await theRoom().erase(eve.id, 'delete')
    const contents = await contentsFor(bo)
    expect(contents).not.toContain('purged')
    expect(contents).not.toContain('erased')
  })

  it('MENTIONS-5 show what a message replies to', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const target = await mention(bo, 'the question', [ada])
    const reply = { content: 'the answer', reply_to: target.id, mentions: [bo.id] }
    await callAs(ada, 'POST', '/messages', reply)
    await flushed()
    const [newest] = (await mentionsOf(bo)).messages
    expect(newest).toMatchObject({
      content: 'the answer',
      referenced: { id: target.id, excerpt: 'the question', is_deleted: false },
    })
  })

  it('MENTIONS-6 are refused without Postgres', async () => {
    const bo = await newPerson()
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect((await callAs(bo, 'GET', '/auth/me/mentions')).status).toBe(503)
  })
})
