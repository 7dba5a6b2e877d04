import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../../src/client/contract.ts'
import { callAs, newPerson, type Person } from '../../support/chat.ts'
import { Chat } from './worker-platform.ts'

const chats: Chat[] = []

async function join(...args: Parameters<typeof Chat.join>): Promise<Chat> {
  const chat = await Chat.join(...args)
  chats.push(chat)
  return chat
}

/** Posts messages, four of each person, who may not send more at once. */
async function post(count: number, name: string): Promise<Message[]> {
  const posted: Message[] = []
  let person: Person | undefined
  for (let n = 0; n < count; n++) {
    if (n % 4 === 0 || !person) person = await newPerson()
    const answer = await callAs(person, 'POST', '/messages', { content: `${name} ${n}` })
    posted.push((await answer.json()) as Message)
  }
  return posted
}

const shown = (chat: Chat, content: string) =>
  chat.client.state.messages.find((message) => message.content === content)

afterEach(() => {
  for (const { client } of chats.splice(0)) client.close()
})

describe('the client in the real room', () => {
  it('CLIENT-19 In the real room, a reply shows the message that it replies to, and its edit and deletion.', async () => {
    const [person, other] = [await newPerson('ada'), await newPerson('bo')]
    const [ada, bo] = [await join(person), await join(other)]
    const question = await ada.client.send('Who comes?')
    await bo.untilShown('Who comes?')
    const sent = bo.client.send('I do', { replyTo: question.id, mentions: [person.id] })
    expect(shown(bo, 'I do')?.referenced).toMatchObject({ excerpt: 'Who comes?' })
    expect(await sent).toMatchObject({ reply_to: question.id, mentions: [person.id] })
    await ada.untilShown('I do')
    const referenced = () => shown(ada, 'I do')?.referenced
    expect(referenced()).toMatchObject({ id: question.id, username: person.username })
    await ada.client.edit(question.id, 'Who comes today?')
    await bo.until(() => shown(bo, 'I do')?.referenced?.excerpt === 'Who comes today?')
    await ada.client.remove(question.id)
    expect(referenced()).toMatchObject({ excerpt: '', is_deleted: true })
    const late = await join(await newPerson('cy'))
    expect(shown(late, 'I do')?.referenced).toEqual(referenced())
    await expect(bo.client.message(question.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      bo.client.send('So?', { replyTo: question.id, mentionsRoom: true }),
    ).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('CLIENT-20 In the real room, a jump loads what is around a message, and newer pages lead back to the list.', async () => {
    const posted = await post(20, 'jump')
    const target = posted[5] as Message
    const chat = await join(await newPerson(), { pageSize: 4 })
    const { client } = chat
    expect(chat.texts).toEqual(posted.slice(-4).map(({ content }) => content))
    expect(await client.message(target.id)).toMatchObject({ content: 'jump 5' })
    expect(await client.jumpTo(target.id)).toBe(true)
    const detached = () => client.state.detached?.messages.map(({ content }) => content)
    expect(detached()).toContain('jump 5')
    expect(client.state.detached).toMatchObject({ hasOlder: true, targetId: target.id })
    await client.history()
    expect(detached()).toContain('jump 1')
    while (await client.newer());
    expect(client.state.detached).toBeNull()
    const texts = posted.map(({ content }) => content)
    const from = texts.indexOf(chat.texts[0] ?? '')
    expect(chat.texts).toEqual(texts.slice(from))
    expect(from).toBeLessThan(2)
  })

  it('CLIENT-21 In the real room, two connections of a user share the read marker, and a new one loads it.', async () => {
    const person = await newPerson('ada')
    const [one, two] = [await join(person), await join(person)]
    const unread = ({ client }: Chat) => client.state.readMarker?.unread
    const isKnown = ({ client }: Chat) => client.state.readMarker !== null
    const [start] = await post(1, 'start')
    for (const chat of [one, two]) {
      await chat.untilShown('start 0')
      await chat.until(() => isKnown(chat))
    }
    one.client.markRead(start?.id)
    await two.until(({ readMarker }) => readMarker?.lastReadId === start?.id)
    const [, second] = await post(3, 'unread')
    for (const chat of [one, two]) await chat.until(() => unread(chat) === 3)
    two.client.markRead(second?.id)
    await one.until(() => unread(one) === 1)

    const narrow = await join(person, { pageSize: 1 })
    await narrow.until(() => isKnown(narrow))
    expect(narrow.client.state.readMarker).toEqual(two.client.state.readMarker)
  })
})
