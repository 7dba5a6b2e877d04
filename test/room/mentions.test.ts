import { beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/contract/values.ts'
import { refusal } from '../api/responses.ts'
import { newPerson, type Person, Socket, say } from '../support/chat.ts'
import { forgetAll, post, send, shownEverywhere } from '../support/conversation.ts'
import { newModerator, newOwner } from './moderation/moderators.ts'

let ada: Person
let ben: Person
const someone = () => crypto.randomUUID()

beforeEach(async () => {
  ada = await newPerson('ada')
  ben = await newPerson('ben')
})

describe('mentions', () => {
  it('MENTION-1 Mentions are kept with the message, each person once, and are in its event, its answer, pages and look-ups', async () => {
    const socket = await Socket.join(ben)
    const other = someone()
    const mentions = [ben.id, other.toUpperCase(), ben.id]
    const message = await send(ada, { mentions })
    expect(message.mentions).toEqual([ben.id, other])
    expect((await socket.next('new_message')).data).toEqual(message)
    for (const shown of await shownEverywhere(message)) expect(shown).toEqual(message)
    await forgetAll()
    for (const shown of await shownEverywhere(message))
      expect(shown.mentions).toEqual([ben.id, other])
    await socket.close()
  })

  it('MENTION-2 A message has no field for mentions that it does not have', async () => {
    const message = await send(ada, { mentions: [], mentions_room: false })
    for (const field of ['mentions', 'mentions_room', 'reply_to', 'referenced'])
      expect(message).not.toHaveProperty(field)
  })

  it('MENTION-3 A message mentions at most 10 people, by their ids', async () => {
    const most = Array.from({ length: limits.mentionsMax }, someone)
    expect((await send(ada, { mentions: most })).mentions).toEqual(most)
    for (const mentions of [[...most, someone()], ['ben'], [null], 'ben', { 0: ben.id }]) {
      const { errors } = await refusal(await post(ada, { mentions } as never), 'invalid')
      expect(Object.keys(errors ?? {})[0]).toMatch(/^mentions/)
    }
    for (const mentions_room of ['yes', 1, null]) {
      const { errors } = await refusal(await post(ada, { mentions_room } as never), 'invalid')
      expect(Object.keys(errors ?? {})).toEqual(['mentions_room'])
    }
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'a', mentions: [...most, someone()], client_id: 'c' })
    const { data } = await socket.next('error')
    expect(data).toMatchObject({ code: 'invalid', event: 'send_message', client_id: 'c' })
    await socket.close()
  })

  it('MENTION-4 Only moderators and owners mention the whole room', async () => {
    const everyone = { mentions_room: true }
    await refusal(await post(ada, everyone), 'forbidden')
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'a', client_id: 'c', ...everyone })
    const { data } = await socket.next('error')
    expect(data).toMatchObject({ code: 'forbidden', event: 'send_message', client_id: 'c' })
    await socket.close()
    for (const staff of [await newModerator(), await newOwner()]) {
      const message = await send(staff, everyone)
      await forgetAll()
      for (const shown of await shownEverywhere(message)) expect(shown.mentions_room).toBe(true)
    }
  })

  it('MENTION-5 A refused reply or mention counts towards the limit on messages, so nobody can try them out without end', async () => {
    for (let n = 0; n < 5; n++) await refusal(await post(ada, { mentions_room: true }), 'forbidden')
    await refusal(await post(ada, { mentions_room: true }), 'rate_limited')
  })
})

describe('a retry', () => {
  it('MENTION-6 A retry with another reply or other mentions is refused, and one with the mentions in another order is not', async () => {
    const [first, second] = [await say(ben, 'first'), await say(ben, 'second')]
    const sent = {
      ...{ content: 'once', client_id: someone() },
      ...{ reply_to: first.id, mentions: [ada.id, ben.id] },
    }
    const message = await send(ada, sent)
    const { reply_to: _, ...withoutReply } = sent
    const others = [
      ...[{ ...sent, reply_to: second.id }, withoutReply, { ...sent, mentions: [ada.id] }],
      ...[
        { ...sent, mentions: [] },
        { ...sent, mentions_room: true },
      ],
    ]
    const ask = async () => {
      const same = await post(ada, { ...sent, mentions: [ben.id, ada.id, ben.id] })
      expect(same.status).toBe(200)
      expect(await same.json()).toMatchObject({ id: message.id, mentions: message.mentions })
      for (const other of others) await refusal(await post(ada, other), 'client_id_reused')
    }
    await ask()
    await forgetAll()
    await ask()
    const socket = await Socket.join(ada)
    socket.send('send_message', { ...sent, mentions: [ben.id, ada.id] })
    expect((await socket.next('new_message')).data.id).toBe(message.id)
    socket.send('send_message', { ...sent, reply_to: second.id })
    expect((await socket.next('error')).data.code).toBe('client_id_reused')
    await socket.close()
  })
})
