import { abortAllDurableObjects } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { callAs, newPerson, tokenFor } from '../../support/chat.ts'
import { Chat, WorkerSocket } from './worker-platform.ts'

const hour = 60 * 60_000

const chats: Chat[] = []

async function join(...args: Parameters<typeof Chat.join>): Promise<Chat> {
  const chat = await Chat.join(...args)
  chats.push(chat)
  return chat
}

afterEach(() => {
  for (const { client } of chats.splice(0)) client.close()
})

describe('the client in the real room', () => {
  it('sends, edits and deletes, and others see it', async () => {
    const [ada, bo] = [await join(await newPerson('ada')), await join(await newPerson('bo'))]
    const hello = await ada.client.send('  Hello\r\nroom ')
    expect(hello.content).toBe('Hello\nroom')
    await bo.untilShown('Hello\nroom')
    await bo.client.send('Hello, Ada')
    await ada.untilShown('Hello\nroom', 'Hello, Ada')
    await ada.client.edit(hello.id, 'Hello, Bo')
    await bo.untilShown('Hello, Bo', 'Hello, Ada')
    await ada.client.remove(hello.id)
    await bo.until(() => !bo.texts.includes('Hello, Bo'))
    expect([ada.texts.at(-1), bo.texts.at(-1)]).toEqual(['Hello, Ada', 'Hello, Ada'])
    await expect(ada.client.edit(hello.id, 'too late')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('shows who is online and who is typing', async () => {
    const [person, other] = [await newPerson('ada'), await newPerson('bo')]
    const ada = await join(person)
    const bo = await join(other)
    const isBo = ({ id }: { id: string }) => id === other.id
    await ada.until(({ online }) => online.some(isBo))
    bo.client.typing()
    await ada.until(({ typing }) => typing.some(isBo))
    await bo.client.send('said')
    await ada.until(({ typing }) => !typing.some(isBo))
    expect((await ada.client.online()).map(({ id }) => id)).toEqual(
      expect.arrayContaining([person.id, other.id]),
    )
  })

  it('loads the history to its beginning', async () => {
    const people = await Promise.all([newPerson(), newPerson(), newPerson()])
    const all: string[] = []
    for (let n = 0; n < 15; n++) {
      const content = `page ${n}`
      const person = people[n % 3]
      if (person) await callAs(person, 'POST', '/messages', { content })
      all.push(content)
    }
    const chat = await join(await newPerson(), { pageSize: 4 })
    expect(chat.texts).toEqual(all.slice(-4))
    while (await chat.client.history());
    expect(chat.texts.slice(-15)).toEqual(all)
  })

  it('neither loses nor doubles messages while it is disconnected', async () => {
    const person = await newPerson('bo')
    const ada = await join(await newPerson('ada'))
    const received: string[] = []
    ada.client.on('message', ({ content }) => received.push(content))
    ada.socket.drop()
    await callAs(person, 'POST', '/messages', { content: 'meanwhile' })
    await ada.untilShown('meanwhile')
    await ada.until(({ status }) => status === 'online')
    await callAs(person, 'POST', '/messages', { content: 'after' })
    await ada.untilShown('after')
    expect(received).toEqual(['meanwhile', 'after'])
  })

  it('sends a message once that was accepted without an answer', async () => {
    const [ada, bo] = [await join(await newPerson('ada')), await join(await newPerson('bo'))]
    ada.socket.onmessage = null
    const sent = ada.client.send('unheard')
    await bo.untilShown('unheard')
    ada.socket.drop()
    const { id } = await sent
    const next = await ada.client.send('next')
    await bo.untilShown('next')
    for (const { client } of [ada, bo])
      expect(client.state.messages.map((message) => message.id).slice(-2)).toEqual([id, next.id])
  })

  it('reconnects after a restart of the room, and sends its message', async () => {
    const ada = await join(await newPerson('ada'))
    const back = ada.until(({ status }) => status === 'reconnecting')
    await abortAllDurableObjects()
    await back
    await ada.client.send('after the restart')
    expect(ada.client.state.status).toBe('online')
    expect(ada.sockets.length).toBeGreaterThan(1)
  })

  it('reloads if the room does not know its position', async () => {
    const person = await newPerson('bo')
    await callAs(person, 'POST', '/messages', { content: 'before' })
    let lost = true
    const chat: Chat = await join(await newPerson('ada'), {
      platform: {
        openSocket: (url, protocols) => {
          const address = lost ? url.replace(/epoch=[^&]*/, 'epoch=of-another-log') : url
          lost = false
          const socket = new WorkerSocket(address, protocols)
          return socket
        },
      },
    })
    expect(chat.client.state.status).toBe('online')
    expect(chat.texts).toContain('before')
    await callAs(person, 'POST', '/messages', { content: 'live again' })
    await chat.untilShown('live again')
  })

  it('keeps the rate limit, in order', async () => {
    const person = await newPerson('ada')
    for (let n = 0; n < 4; n++) await callAs(person, 'POST', '/messages', { content: `rest ${n}` })
    const ada = await join(person)
    const texts = ['fifth', 'sixth', 'seventh']
    const sent = texts.map((text) => ada.client.send(text))
    await ada.until(({ sendPausedUntil }) => sendPausedUntil !== null)
    const ids = (await Promise.all(sent)).map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted())
    expect(ada.texts.slice(-3)).toEqual(texts)
  })

  it('reports a refused text, and continues', async () => {
    const ada = await join(await newPerson('ada'))
    await expect(ada.client.send(' \n ')).rejects.toMatchObject({ code: 'invalid' })
    await expect(ada.client.send('x'.repeat(2001))).rejects.toMatchObject({ code: 'invalid' })
    await ada.client.send('😀'.repeat(2000))
    expect(ada.client.state.status).toBe('online')
  })

  it('renews its token on the open socket', async () => {
    const person = await newPerson('ada')
    let hours = 0
    const chat = await join(person, {
      getToken: ({ renew }) => (renew ? tokenFor(person, 86_400, person.sessionId) : person.token),
      platform: {
        // The first long timer is that of the token. It fires at once.
        after(ms, run) {
          const timer = setTimeout(run, ms > hour && hours++ === 0 ? 0 : ms)
          return () => clearTimeout(timer)
        },
      },
    })
    await chat.socket.receives('authenticated')
    await chat.client.send('still here')
    expect(chat.sockets).toHaveLength(1)
  })

  it('stops if its token is not valid', async () => {
    const chat = new Chat({ ...(await newPerson()), token: 'nonsense' })
    await expect(chat.client.connect()).rejects.toMatchObject({ code: 'stopped' })
    expect(chat.client.state.stopped).toBe('signed_out')
  })
})
