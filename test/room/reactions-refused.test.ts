// What refuses a reaction in the room.

import { describe, expect, it } from 'vitest'
import { ReactionSet } from '../../src/contract/reactions.ts'
import { answer } from '../api/responses.ts'
import { callAs, newPerson, type Person, Socket, say } from '../support/chat.ts'
import { lookUp } from '../support/conversation.ts'
import { callerOf, inRoom, newMessages, people, put, react, stopped } from '../support/reactions.ts'
import { testClock } from '../support/test-clock.ts'
import { changeRoom, newModerator, outcomeOf, readRoom, restrict } from './moderation/moderators.ts'

const refusals = (socket: Socket) =>
  socket.of('error').map(({ data: { code, event, message_id } }) => ({ code, event, message_id }))

describe('what refuses a reaction', () => {
  it('REACT-8 A person reacts ten times in five seconds; an error names the event and the message', async () => {
    const [id = ''] = await newMessages(1)
    const bo = await newPerson()
    const socket = await Socket.join(bo)
    const ten = Array.from({ length: 10 }, (_, n) => put(bo, id, n % 2 ? [] : ['👍']))
    for (const one of await Promise.all(ten)) await answer(one, 200, ReactionSet)
    const refused = await put(bo, id, ['🎉'])
    expect(await outcomeOf(refused.clone())).toBe('429 rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    socket.send('react', { message_id: id, reactions: ['🎉'] })
    const { data } = await socket.next('error')
    expect(data).toMatchObject({ code: 'rate_limited', event: 'react', message_id: id })
    expect(data.retry_after_ms).toBeGreaterThan(0)
    testClock.moveBy(5_000)
    expect(await react(bo, id, '🎉')).toMatchObject({ reactions: ['🎉'] })
    socket.send('react', { message_id: id, reactions: ['no emoji'] })
    expect((await socket.next('error')).data).toMatchObject({
      ...{ code: 'invalid', event: 'react', message_id: id },
    })
  })

  it('REACT-9 People choose among the emoji of the room; what they chose before they can keep', async () => {
    const [id = ''] = await newMessages(1)
    const [bo, cy, moderator] = [await newPerson(), await newPerson(), await newModerator()]
    expect((await readRoom()).reactions).toEqual(['👍', '❤️', '😂', '🎉', '😮', '😢'])
    await react(bo, id, '👍', '❤️', '😂')
    expect(await outcomeOf(await put(cy, id, ['🦄']))).toBe('422 invalid')
    const { reactions } = await changeRoom(moderator, { reactions: ['🦄', '🎉'] })
    expect(reactions).toEqual(['🦄', '🎉'])
    expect(await react(cy, id, '🦄')).toMatchObject({ reactions: ['🦄'] })
    expect(await outcomeOf(await put(cy, id, ['🦄', '👍']))).toBe('422 invalid')
    expect(await react(bo, id, '👍', '🎉')).toMatchObject({ reactions: ['👍', '🎉'] })
    expect(await outcomeOf(await put(bo, id, ['❤️']))).toBe('422 invalid')
    expect((await lookUp(id)).reactions?.counts).toEqual({ '👍': 1, '🎉': 1, '🦄': 1 })
    const patch = async (by: Person, value: unknown) =>
      outcomeOf(await callAs(by, 'PATCH', '/room', { reactions: value }))
    expect(await patch(bo, [])).toBe('403 forbidden')
    expect(await patch(moderator, ['👍', '👍'])).toBe('422 invalid')
    expect(await patch(moderator, ['👍👍'])).toBe('422 invalid')
    const animals = [
      ...'🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆🦅🦉🦇🐺🐗🐴🐝🐛🦋🐌🐞🐜🐢🐍🦎🐙🦑🦐🦀🐡🐠🐟🐬🐳',
    ]
    expect(await patch(moderator, animals.slice(0, 13))).toBe('422 invalid')
    expect(await patch(moderator, animals.slice(0, 12))).toBe('200')
    // Each keeps its number for good, so there are not more than 48.
    const other = await newPerson()
    const used = ['👍', '❤️', '😂', '🎉', '🦄']
    const left = animals.slice(0, 48 - used.length)
    for (let from = 0; from < left.length; from += 12) {
      const offered = left.slice(from, from + 12)
      expect(await patch(moderator, offered)).toBe('200')
      await react(other, id, ...offered)
    }
    expect(await patch(moderator, ['🐉'])).toBe('422 invalid')
    expect(await patch(moderator, ['👍', '🦄', ...animals.slice(0, 10)])).toBe('200')
    await changeRoom(moderator, { reactions: used })
  })

  it('REACT-10 Muted people cannot react, and people can where only moderators may write', async () => {
    const [id = ''] = await newMessages(1)
    const [bo, moderator] = [await newPerson(), await newModerator()]
    await restrict(moderator, 'mute', bo)
    expect(await outcomeOf(await put(bo, id, ['👍']))).toBe('403 muted')
    const socket = await Socket.join(bo)
    socket.send('react', { message_id: id, reactions: ['👍'] })
    await socket.next('error')
    expect(refusals(socket)).toEqual([{ code: 'muted', event: 'react', message_id: id }])
    await changeRoom(moderator, { posting: 'moderators' })
    await react(await newPerson(), id, '👍')
    await changeRoom(moderator, { posting: 'everyone' })
    await restrict(moderator, 'ban', bo)
    expect(await outcomeOf(await put(bo, id, ['👍']))).toBe('403 banned')
  })

  it('REACT-11 A message that does not exist, or was deleted meanwhile, is not found', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const { id } = await say(ada, 'hello')
    expect(await outcomeOf(await put(bo, crypto.randomUUID(), ['👍']))).toBe('404 not_found')
    await stopped(async ({ components: { reactionCalls, messageCalls } }, passHalfSecond) => {
      await reactionCalls.react(callerOf(await newPerson()), id, ['👍'])
      await messageCalls.remove(callerOf(ada), id)
      const late = reactionCalls.react(callerOf(bo), id, ['👍'])
      passHalfSecond()
      expect(await late).toMatchObject({ ok: false, refusal: { code: 'not_found' } })
    })
    expect(await inRoom(id)).toBeNull()
  })
})
