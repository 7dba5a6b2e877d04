import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import { type Answer, type Call, Harness, settle } from './harness.ts'
import { live, purged } from './moderation-frames.ts'

/** `m1` to `m20` by Bo. The client has the newest three, and pages of three. */
async function online() {
  const harness = new Harness({ pageSize: 3 })
  for (let n = 1; n <= 20; n++) harness.room.post(`m${n}`)
  await harness.goOnline()
  harness.calls.length = 0
  const at = (n: number) => harness.room.messages[n - 1] as Message
  const detached = () => harness.state.detached?.messages.map(({ content }) => content)
  return { harness, client: harness.client, room: harness.room, at, detached }
}

/** Holds back the answers to requests whose path has this text, with the state of the request. */
function holdBack(harness: Harness, what: string) {
  const held: (() => void)[] = []
  harness.answer = ({ path }: Call): Promise<Answer> | undefined => {
    if (!path.includes(what)) return undefined
    const body = path.includes('around=')
      ? harness.room.pageAround(3, path.split('around=')[1] ?? '')
      : path.includes('after=')
        ? harness.room.pageAfter(3, path.split('after=')[1] ?? '')
        : harness.room.page(3, path.split('cursor=')[1] ?? null)
    return new Promise((resolve) => held.push(() => resolve({ status: 200, body })))
  }
  return async (index = 0) => {
    await settle()
    held.splice(index, 1)[0]?.()
    await settle()
  }
}

describe('a jump', () => {
  test('CLIENT-6 A jump to a message that is not in the list shows the messages around it, and the list stays.', async () => {
    const { harness, client, at, detached } = await online()
    const before = harness.state.messages
    expect(await client.jumpTo(at(10).id)).toBe(true)
    expect(harness.state.detached).toMatchObject({ hasOlder: true, targetId: at(10).id })
    expect(detached()).toEqual(['m9', 'm10', 'm11'])
    expect(harness.state.messages).toBe(before)
    expect(harness.state.detached).toBe(harness.state.detached)
    client.backToNow()
    expect(harness.state.detached).toBeNull()
  })

  test('to a message of the list opens no view, and ends one', async () => {
    const { harness, client, at } = await online()
    await client.jumpTo(at(10).id)
    expect(await client.jumpTo(at(19).id)).toBe(true)
    expect(harness.state.detached).toBeNull()
    expect(harness.calls).toHaveLength(1)
  })

  test('within the view changes only its target', async () => {
    const { harness, client, at } = await online()
    await client.jumpTo(at(10).id)
    const { messages } = harness.state.detached ?? {}
    expect(await client.jumpTo(at(11).id)).toBe(true)
    expect(harness.state.detached).toMatchObject({ targetId: at(11).id })
    expect(harness.state.detached?.messages).toBe(messages)
    expect(harness.calls).toHaveLength(1)
  })

  test('to a message that is deleted, or was never there, changes nothing', async () => {
    const { harness, client, room, at, detached } = await online()
    await harness.deliver(room.remove(at(10)))
    expect(await client.jumpTo(at(10).id)).toBe(false)
    expect(await client.jumpTo('019a9d5e-0000-7a40-8f00-6b1f6f0e9a11')).toBe(false)
    expect(harness.state.detached).toBeNull()
    await client.jumpTo(at(5).id)
    expect(await client.jumpTo(at(10).id)).toBe(false)
    expect(detached()).toEqual(['m4', 'm5', 'm6'])
  })

  test('before the list is loaded does nothing', async () => {
    const harness = new Harness()
    const { data } = harness.room.post('one')
    expect(await harness.client.jumpTo(data.id)).toBe(false)
    expect(harness.calls).toEqual([])
  })

  test('that fails is reported, and leaves the view as it was', async () => {
    const { harness, client, at, detached } = await online()
    await client.jumpTo(at(10).id)
    harness.answer = () => ({ status: 500 })
    await expect(client.jumpTo(at(2).id)).rejects.toMatchObject({ code: 'network' })
    expect(detached()).toEqual(['m9', 'm10', 'm11'])
  })

  test('CLIENT-7 The answer to an earlier jump changes nothing after another jump, `backToNow`, a close or a reload of the list.', async () => {
    const jumps = await online()
    const release = holdBack(jumps.harness, 'around')
    const [first, second] = [
      jumps.client.jumpTo(jumps.at(2).id),
      jumps.client.jumpTo(jumps.at(9).id),
    ]
    await release(1)
    await release()
    expect([await first, await second]).toEqual([false, true])
    expect(jumps.detached()).toEqual(['m8', 'm9', 'm10'])

    for (const end of ['backToNow', 'close'] as const) {
      const { harness, client, at } = await online()
      const answer = holdBack(harness, 'around')
      const jump = client.jumpTo(at(2).id)
      client[end]()
      await answer()
      expect(await jump).toBe(false)
      expect(harness.state.detached).toBeNull()
    }
  })
})

describe('the pages of the detached view', () => {
  test('CLIENT-8 The detached view grows in both directions, and becomes part of the list when it has reached it.', async () => {
    const { harness, client, at, detached } = await online()
    await client.jumpTo(at(12).id)
    expect(await client.history()).toBe(true)
    expect(detached()).toEqual(['m8', 'm9', 'm10', 'm11', 'm12', 'm13'])
    expect(harness.texts).toEqual(['m18', 'm19', 'm20'])
    expect(await client.newer()).toBe(true)
    expect(detached()?.at(-1)).toBe('m16')
    expect(await client.newer()).toBe(false)
    expect(harness.state.detached).toBeNull()
    expect(harness.texts).toEqual(Array.from({ length: 13 }, (_, n) => `m${n + 8}`))
    expect(harness.state.hasOlder).toBe(true)
    while (await client.history());
    expect(harness.texts).toEqual(Array.from({ length: 20 }, (_, n) => `m${n + 1}`))
  })

  test('a jump whose page reaches the list extends it', async () => {
    const { harness, client, at } = await online()
    expect(await client.jumpTo(at(17).id)).toBe(true)
    expect(harness.state.detached).toBeNull()
    expect(harness.texts).toEqual(['m16', 'm17', 'm18', 'm19', 'm20'])
  })

  test('to its beginning', async () => {
    const { harness, client, at, detached } = await online()
    await client.jumpTo(at(3).id)
    expect(await client.history()).toBe(false)
    expect(harness.state.detached?.hasOlder).toBe(false)
    expect(detached()).toEqual(['m1', 'm2', 'm3', 'm4'])
    expect(await client.history()).toBe(false)
  })

  test('calls at the same time load one page, and `loadingOlder` shows it', async () => {
    const { harness, client, at } = await online()
    await client.jumpTo(at(12).id)
    const older = [client.history(), client.history()]
    expect(harness.state.loadingOlder).toBe(true)
    const newer = [client.newer(), client.newer()]
    await Promise.all([...older, ...newer])
    expect(harness.state.loadingOlder).toBe(false)
    expect(harness.calls).toHaveLength(3)
    expect(harness.state.detached?.messages).toHaveLength(9)
  })

  test('without a view there is nothing newer', async () => {
    const { harness, client } = await online()
    expect(await client.newer()).toBe(false)
    expect(harness.calls).toEqual([])
  })

  test('an older page of the list that comes after the views have joined is ignored', async () => {
    const { harness, client, at } = await online()
    const release = holdBack(harness, 'cursor')
    const older = client.history()
    await client.jumpTo(at(15).id)
    await client.newer()
    expect(harness.texts[0]).toBe('m14')
    await release()
    expect(await older).toBe(true)
    harness.answer = undefined
    await client.history()
    expect(harness.texts.slice(0, 4)).toEqual(['m11', 'm12', 'm13', 'm14'])
  })

  test('a newer page of an earlier view is ignored', async () => {
    const { harness, client, at, detached } = await online()
    await client.jumpTo(at(14).id)
    const release = holdBack(harness, 'after')
    const newer = client.newer()
    await client.jumpTo(at(4).id)
    await release()
    expect(await newer).toBe(false)
    expect(detached()).toEqual(['m3', 'm4', 'm5'])
    expect(harness.texts).toEqual(['m18', 'm19', 'm20'])
  })
})

describe('events', () => {
  test('CLIENT-9 Edits, deletions, purges and erasures show in the detached view, also those that come while it loads.', async () => {
    const { harness, client, room, at, detached } = await online()
    const events: string[] = []
    client.on('edit', ({ content }) => events.push(`edit ${content}`))
    client.on('delete', ({ content }) => events.push(`delete ${content}`))
    client.on('purge', ({ count }) => events.push(`purge ${count}`))
    const release = holdBack(harness, 'around')
    const jump = client.jumpTo(at(10).id)
    await harness.deliver(room.edit(at(9), 'early edit'), room.remove(at(11)))
    await release()
    await jump
    expect(detached()).toEqual(['early edit', 'm10'])
    harness.answer = undefined
    await client.newer()
    await harness.deliver(room.edit(at(10), 'edited'), room.remove(at(9)))
    expect(detached()).toEqual(['edited', 'm12', 'm13', 'm14'])
    await harness.deliver(live(harness, purged(at(13), at(14))))
    expect(detached()).toEqual(['edited', 'm12'])
    const data = { user_id: at(1).user_id, messages: 'keep' as const, username: 'someone' }
    await harness.deliver(live(harness, { event: 'user_erased', data }))
    expect(harness.state.detached?.messages.map(({ username }) => username)).toEqual([
      'someone',
      'someone',
    ])
    expect(events).toEqual(['edit edited', 'delete early edit', 'purge 2'])
  })

  test('new messages come into the list, and the view stays', async () => {
    const { harness, client, room, at } = await online()
    await client.jumpTo(at(10).id)
    const { detached } = harness.state
    await harness.deliver(room.post('m21'))
    expect(harness.state.detached).toBe(detached)
    expect(harness.texts.at(-1)).toBe('m21')
  })

  test('replies in the view follow their target', async () => {
    const { harness, client, room, at } = await online()
    const reply = room.messages[9] as Message
    room.messages[9] = { ...reply, reply_to: at(2).id }
    await client.jumpTo(at(10).id)
    await harness.deliver(room.edit(at(2), 'changed'))
    expect(harness.state.detached?.messages[1]?.referenced?.excerpt).toBe('changed')
  })

  test('CLIENT-10 The detached view stays over a resume, and ends with a position that cannot be resumed and with a close.', async () => {
    const { harness, client, room, at, detached } = await online()
    await client.jumpTo(at(10).id)
    await harness.drop()
    const since = room.seq
    room.edit(at(10), 'edited in the gap')
    await harness.clock.advance(1_000)
    await harness.admit(...room.replay(since))
    expect(detached()).toEqual(['m9', 'edited in the gap', 'm11'])

    await harness.dropAndRetry()
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.clock.advance(1_000)
    expect(harness.state.detached).toBeNull()
    await harness.admit()

    await client.jumpTo(at(10).id)
    client.close()
    expect(harness.state.detached).toBeNull()
  })
})
