import { describe, expect, test } from 'vitest'
import type { Frame, Message } from '../../src/client/contract.ts'
import { type Answer, ada, Harness, problem, problemsOf, settle } from './harness.ts'

type Sets = Record<string, string[]>

/** A message by Bo. The service answers for the own reactions, and counts how often. */
async function online(own: Sets = {}, reactions?: Message['reactions']) {
  const harness = new Harness()
  const { id } = harness.room.post('hello').data
  const [message] = harness.room.messages as [Message]
  if (reactions) harness.room.messages[0] = { ...message, reactions }
  const asked: string[] = []
  const answers: { own: Sets; page?: Sets } = { own, page: own }
  harness.answer = ({ path }): Answer | undefined => {
    if (path.startsWith('/auth/me/reactions')) {
      asked.push(path)
      return { status: 200, body: { reactions: answers.own, next_from: null } }
    }
    if (!path.startsWith('/messages?') || !answers.page) return undefined
    return { status: 200, body: { ...harness.room.page(50, null), own_reactions: answers.page } }
  }
  await harness.goOnline()
  const shown = () => {
    const entry = harness.state.messages.find((message) => message.id === id)
    if (entry?.state !== 'sent') throw new Error('There is no such message')
    return [entry.reactions?.counts, entry.ownReactions]
  }
  const counts = (counts: Record<string, number>, revision: number): Frame => ({
    ...{ event: 'reactions_changed', data: { message_id: id, counts, revision } },
    seq: ++harness.room.seq,
  })
  const set = (reactions: string[], revision: number): Frame => ({
    ...{ event: 'reaction_set', data: { message_id: id, reactions, revision } },
  })
  const refused = (code: 'muted' | 'rate_limited', more: object = {}): Frame => ({
    ...{ event: 'error', data: { code, message: 'No.', event: 'react', message_id: id, ...more } },
  })
  const sent = () => harness.socket.sentData('react').map((data) => data.reactions)
  return { harness, client: harness.client, id, asked, answers, shown, counts, set, refused, sent }
}

describe('reactions', () => {
  test('CLIENT-23 Counts come with pages and events; those with the higher revision stay', async () => {
    const { harness, shown, counts, id } = await online({}, { counts: { '🎉': 2 }, revision: 5 })
    expect(shown()).toEqual([{ '🎉': 2 }, []])
    await harness.deliver(counts({ '🎉': 1 }, 4))
    expect(shown()).toEqual([{ '🎉': 2 }, []])
    const before = harness.state.messages[0]
    await harness.deliver(counts({ '🎉': 3, '👍': 1 }, 6))
    expect(shown()).toEqual([{ '🎉': 3, '👍': 1 }, []])
    expect(harness.state.messages[0]).not.toBe(before)
    // A text that is edited leaves them.
    await harness.deliver(harness.room.edit({ id }, 'edited'))
    expect(shown()).toEqual([{ '🎉': 3, '👍': 1 }, []])
    expect(harness.texts).toEqual(['edited'])
    const { messages } = harness.state
    await harness.deliver(counts({ '🎉': 9 }, 6))
    expect(harness.state.messages).toBe(messages)
  })

  test('CLIENT-24 The own reactions count at once, and once, in whatever order the room answers', async () => {
    for (const isSetFirst of [true, false]) {
      const { harness, client, id, shown, counts, set, sent } = await online()
      const done = client.react(id, ['👍', '🎉', '👍'])
      expect(shown()).toEqual([{ '👍': 1, '🎉': 1 }, ['👍', '🎉']])
      expect(sent()).toEqual([['👍', '🎉']])
      await harness.deliver(counts({ '👍': 3 }, 2))
      expect(shown()).toEqual([{ '👍': 4, '🎉': 1 }, ['👍', '🎉']])
      const answers = [set(['🎉', '👍'], 3), counts({ '👍': 5, '🎉': 1 }, 3)]
      if (!isSetFirst) answers.reverse()
      const [first, second] = answers as [Frame, Frame]
      await harness.deliver(first)
      if (isSetFirst) expect(shown()).toEqual([{ '👍': 4, '🎉': 1 }, ['🎉', '👍']])
      await harness.deliver(second)
      await done
      expect(shown()).toEqual([{ '👍': 5, '🎉': 1 }, ['🎉', '👍']])
    }
  })

  test('CLIENT-25 What the room refuses is taken back; what it refuses for a while is sent again', async () => {
    const { harness, client, id, shown, refused, set, sent } = await online(
      {},
      { counts: { '🎉': 2 }, revision: 5 },
    )
    const errors = problemsOf(client)
    const muted = client.react(id, ['🎉'])
    expect(shown()).toEqual([{ '🎉': 3 }, ['🎉']])
    await harness.deliver(refused('muted'))
    await expect(muted).rejects.toMatchObject({ code: 'muted' })
    expect(shown()).toEqual([{ '🎉': 2 }, []])
    const late = client.react(id, ['👍'])
    await harness.deliver(refused('rate_limited', { retry_after_ms: 3_000 }))
    await harness.clock.advance(2_999)
    expect(sent()).toEqual([['🎉'], ['👍']])
    await harness.clock.advance(1)
    expect(sent()).toEqual([['🎉'], ['👍'], ['👍']])
    await harness.deliver(set(['👍'], 6))
    await late
    await harness.clock.advance(60_000)
    expect(sent()).toHaveLength(3)
    expect(errors).toEqual([])
  })

  test('CLIENT-26 What was not acknowledged is sent after the next connect, and after 20 seconds without an answer', async () => {
    const { harness, client, id, shown, set, sent } = await online()
    await harness.drop()
    const done = client.react(id, ['👍'])
    const changed = client.react(id, ['🎉'])
    expect(shown()).toEqual([{ '🎉': 1 }, ['🎉']])
    await harness.clock.advance(1_000)
    expect(sent()).toEqual([])
    await harness.admit()
    expect(sent()).toEqual([['🎉']])
    await harness.clock.advance(20_000)
    expect(sent()).toEqual([['🎉'], ['🎉']])
    await harness.deliver(set(['👍'], 1))
    await settle()
    expect(shown()).toEqual([{ '🎉': 1 }, ['🎉']])
    await harness.deliver(set(['🎉'], 2))
    await Promise.all([done, changed])
  })

  test('CLIENT-27 Another connection of the user shows them, and after a resume the client asks for them', async () => {
    const reacted = { counts: { '🎉': 2 }, revision: 5 }
    const { harness, id, shown, counts, set, asked, answers } = await online({}, reacted)
    expect(asked).toEqual([])
    await harness.deliver(set(['👍'], 6), counts({ '🎉': 2, '👍': 1 }, 6))
    expect(shown()).toEqual([{ '🎉': 2, '👍': 1 }, ['👍']])
    answers.own = { [id]: ['🎉'] }
    await harness.drop()
    await harness.clock.advance(1_000)
    const { seq, ...missed } = counts({ '🎉': 3 }, 7)
    await harness.admit(missed as Frame)
    expect(asked).toEqual([`/auth/me/reactions?from=${id}&to=${id}`])
    expect(shown()).toEqual([{ '🎉': 3 }, ['🎉']])
  })

  test('a page of a service that does not say the own reactions is followed by a question', async () => {
    const harness = new Harness()
    harness.room.post('hello')
    const [message] = harness.room.messages as [Message]
    harness.room.messages[0] = { ...message, reactions: { counts: { '👍': 1 }, revision: 1 } }
    harness.answer = ({ path }) =>
      path.startsWith('/auth/me/reactions') ? problem(404, 'not_found') : undefined
    await harness.goOnline()
    expect(harness.calls.map(({ path }) => path.split('?')[0])).toContain('/auth/me/reactions')
    expect(harness.state.messages[0]).toMatchObject({ reactions: { counts: { '👍': 1 } } })
  })

  test('who reacted is a call with the values that are given', async () => {
    const { harness, client, id } = await online()
    harness.answer = () => ({ status: 200, body: { people: [], next_cursor: null } })
    await client.whoReacted(id, { emoji: '👍', cursor: ada.id })
    expect(harness.calls.at(-1)?.path).toBe(
      `/messages/${id}/reactions?emoji=%F0%9F%91%8D&cursor=${ada.id}`,
    )
  })

  test('a reload of the list takes what the page says', async () => {
    const { harness, id, shown, answers } = await online({}, { counts: { '🎉': 2 }, revision: 5 })
    const [message] = harness.room.messages as [Message]
    // Another log may count from an earlier revision.
    harness.room.messages[0] = { ...message, reactions: { counts: { '👍': 1 }, revision: 2 } }
    answers.page = { [id]: ['👍'] }
    await harness.dropAndRetry()
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.dropAndRetry()
    await harness.admit()
    expect(shown()).toEqual([{ '👍': 1 }, ['👍']])
  })
})
