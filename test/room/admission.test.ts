import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { closeReply } from '../../src/contract/close-codes.ts'
import { anAddress, call, callAs, newPerson, objectOf, Socket, theRoom } from '../support/chat.ts'
import { personWithoutAccount, requestUpgrade } from './inside.ts'

describe('coming in', () => {
  it('DOOR-1 the first frames are welcome, users_online, room_changed and synced', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)

    const [welcome, roster, room, synced] = socket.frames
    expect(room).toMatchObject({ event: 'room_changed', data: { revision: 0, staff: [] } })
    expect(welcome?.event).toBe('welcome')
    expect(welcome?.data).toMatchObject({
      user_id: ada.id,
      username: ada.username,
      resumed: false,
      heartbeat_ms: 30_000,
      max_content: 2000,
      rate_limit: { max: 5, window_ms: 5_000 },
    })
    const { count, users } = (roster as ReturnType<typeof socket.of<'users_online'>>[0]).data
    expect(users.at(-1)).toEqual({ id: ada.id, username: ada.username })
    expect(users).toHaveLength(count)
    expect(socket.of('welcome')[0]?.data.online_count).toBe(count)
    expect(synced).toMatchObject({ event: 'synced', data: {}, seq: expect.any(Number) })
  })

  it('DOOR-2 a client of chat.v1 gets the welcome as one array, and its subprotocol back', async () => {
    const socket = await Socket.join(await newPerson(), { batching: true })
    expect(socket.protocol).toBe('chat.v1')
    expect(socket.raw).toHaveLength(1)
    expect(
      JSON.parse(socket.raw[0] as string).map(({ event }: { event: string }) => event),
    ).toEqual(['welcome', 'users_online', 'room_changed', 'synced'])
  })

  it('DOOR-3 a client without a subprotocol always gets one frame a message, and no subprotocol', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    for (const n of [1, 2, 3, 4, 5]) socket.send('send_message', { content: `${n}` })
    await socket.settle()
    expect(socket.protocol).toBeNull()
    for (const raw of socket.raw) expect(Array.isArray(JSON.parse(raw))).toBe(false)
  })

  it('DOOR-4 an eleventh socket of a user closes the one that was silent the longest', async () => {
    const ada = await newPerson()
    const sockets = []
    for (let n = 0; n < 10; n++) sockets.push(await Socket.join(ada))
    const [first, second] = sockets as [Socket, Socket]
    first.sendRaw('{"event": "ping"}')
    await first.next('pong')

    const eleventh = await Socket.join(ada)

    expect(await second.closed).toMatchObject({ code: 4409 })
    first.sendRaw('{"event": "ping"}')
    expect((await first.next('pong')).event).toBe('pong')
    expect(eleventh.of('welcome')).toHaveLength(1)
  })

  it('DOOR-5 more than 30 connects of a user in a minute are closed with 4429', async () => {
    const ada = await newPerson()
    for (let n = 0; n < 30; n++) await (await Socket.join(ada)).close()
    expect((await (await Socket.open(ada.token)).closed).code).toBe(4429)
  })

  it('DOOR-11 a close with a code that nobody may send is answered, too', () => {
    for (let code = 0; code <= 0xffff; code += code < 5_100 ? 1 : 97) {
      const { 0: client, 1: server } = new WebSocketPair()
      client.accept()
      server.accept()
      expect(() => server.close(closeReply(code)), String(code)).not.toThrow()
    }
    expect([999, 1000, 1002, 1005, 2999, 4999, 5000].map(closeReply)).toEqual([
      1000, 1000, 1002, 1000, 2999, 4999, 1000,
    ])
  })

  it('DOOR-12 a refusal is a plain answer with the close code, and leaves the room nothing to do', async () => {
    const banned = personWithoutAccount('banned')
    const answer = await runInDurableObject(objectOf('refusing'), async (room, state) => {
      await room.bar(banned.id)
      await state.storage.deleteAlarm()
      const { status, headers, webSocket } = requestUpgrade(room, banned)
      const alarm = await state.storage.getAlarm()
      return { status, code: headers.get('x-close-code'), webSocket, alarm }
    })
    expect(answer).toEqual({ status: 403, code: '4403', webSocket: null, alarm: null })
  })

  it('DOOR-6 a close is answered with its own code', async () => {
    const socket = await Socket.join(await newPerson())
    expect(await socket.close(3001)).toMatchObject({ code: 3001 })
  })

  it('DOOR-7 who speaks before the welcome is welcomed first', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const noise = await Socket.join(bo)
    for (const n of [1, 2, 3]) noise.send('send_message', { content: `${n}` })
    const socket = await Socket.open(ada.token, { batching: true })
    socket.send('send_message', { content: 'hi' })
    await socket.next('new_message')
    expect(socket.frames[0]?.event).toBe('welcome')
  })
})

describe('connections from one address', () => {
  const codeOf = (address: string) =>
    runInDurableObject(theRoom(), (room) => {
      const answer = requestUpgrade(room, personWithoutAccount('late'), { address })
      answer.webSocket?.accept()
      answer.webSocket?.close()
      return answer.headers.get('x-close-code')
    })
  /** The digest of the address of the person's latest connection. */
  const addressOf = (userId: string) =>
    runInDurableObject(theRoom(), (_, state) => {
      const [kept] = state.getWebSockets(userId).map((socket) => socket.deserializeAttachment())
      return (kept as { address: string }).address
    })

  it('DOOR-13 are as many as ADDRESS_SOCKETS allows, also when the room has slept', async () => {
    const from = anAddress()
    const [ada, bo] = [await newPerson(), await newPerson()]
    const sockets = []
    for (const person of [ada, bo])
      for (let n = 0; n < 10; n++) sockets.push(await Socket.join(person, { from }))
    const address = await addressOf(ada.id)
    expect(address).toMatch(/^[\w-]{16}$/)

    const late = await Socket.open((await newPerson()).token, { from })
    expect(await late.closed).toMatchObject({ code: 4429 })
    await evictDurableObject(theRoom())
    expect(await codeOf(address)).toBe('4429')
    expect(await codeOf('elsewhere')).toBeNull()
    await sockets[0]?.close()
    expect(await codeOf(address)).toBeNull()
    for (const socket of sockets.slice(1)) await socket.close()
  })

  it('DOOR-14 count until their clients have gone, however long the room has closed them', async () => {
    const headers = { upgrade: 'websocket', ...anAddress() }
    const people = [await newPerson(), await newPerson()]
    const unanswered = []
    for (const { token } of people)
      for (let n = 0; n < 10; n++)
        unanswered.push(await call(`/ws/chat?token=${token}`, { headers }))
    const address = await addressOf(people[0]?.id ?? '')
    await theRoom().revoke(people.map(({ sessionId }) => sessionId))

    expect(await codeOf(address)).toBe('4429')
    for (const { webSocket } of unanswered) {
      const ended = new Promise((resolve) => webSocket?.addEventListener('close', resolve))
      webSocket?.accept()
      await ended
    }
    expect(await codeOf(address)).toBeNull()
  })

  it('DOOR-15 are not bounded where a Worker of before names no address', async () => {
    const codes = await runInDurableObject(objectOf('before'), (room) =>
      Array.from({ length: 25 }, () =>
        requestUpgrade(room, personWithoutAccount('one')).headers.get('x-close-code'),
      ),
    )
    expect(codes.filter((code) => code !== null)).toEqual([])
  })
})

describe('a socket from before', () => {
  it('DOOR-8 whose attachment another version wrote is closed, to come again', async () => {
    const socket = await Socket.join(await newPerson())
    await runInDurableObject(theRoom(), (_, state) => {
      for (const theirs of state.getWebSockets()) theirs.serializeAttachment({ v: 3 })
    })
    await evictDurableObject(theRoom())
    await theRoom().online()
    expect(await socket.closed).toMatchObject({ code: 1012 })
  })
})

describe('coming back', () => {
  const positionOf = (socket: Socket) => {
    const { epoch } = (socket.of('welcome')[0] as { data: { epoch: string } }).data
    const seq = socket.frames.reduce(
      (latest, frame) => ('seq' in frame && frame.seq ? Math.max(latest, frame.seq) : latest),
      0,
    )
    return `epoch=${epoch}&since=${seq}`
  }

  it('RESUME-1 what was missed comes as states: new messages by id, then edits of older ones and deletions', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const before = await Socket.join(bo)
    const talker = await Socket.join(ada)
    talker.send('send_message', { content: 'old' })
    const old = await before.next('new_message')
    const query = positionOf(before)
    await before.close()

    const say = async (content: string) => {
      talker.send('send_message', { content })
      return (await talker.next('new_message')).data
    }
    await talker.next('new_message')
    const [kept, dropped] = [await say('kept'), await say('dropped')]
    await callAs(ada, 'PATCH', `/messages/${old.data.id}`, { content: 'changed' })
    await callAs(ada, 'PATCH', `/messages/${kept.id}`, { content: 'kept, too' })
    await callAs(ada, 'DELETE', `/messages/${dropped.id}`)

    const after = await Socket.join(bo, { query })

    expect(after.of('welcome')[0]?.data.resumed).toBe(true)
    const replayed = after.frames.slice(3)
    expect(replayed.map(({ event }) => event)).toEqual([
      'new_message',
      'message_edited',
      'message_deleted',
      'synced',
    ])
    expect(replayed[0]?.data).toMatchObject({ id: kept.id, content: 'kept, too', revision: 2 })
    expect(replayed[1]?.data).toMatchObject({ message_id: old.data.id, content: 'changed' })
    expect(replayed[2]?.data).toMatchObject({ message_id: dropped.id })
    for (const frame of replayed.slice(0, 3)) expect(frame).not.toHaveProperty('seq')
    expect(replayed[3]).toHaveProperty('seq')
  })

  it.each(['epoch=other&since=0', 'since=0', 'epoch=x&since=-1', 'epoch=x&since=999999999'])(
    'RESUME-2 a position that the room does not know (%s) means: load anew',
    async (query) => {
      const socket = await Socket.join(await newPerson(), { query })
      expect(socket.of('welcome')[0]?.data.resumed).toBe(false)
      expect(socket.frames).toHaveLength(4)
    },
  )

  it('RESUME-3 a position ahead of the room means: load anew', async () => {
    const ada = await newPerson()
    const query = positionOf(await Socket.join(ada)).replace(/since=.*/, 'since=99999')
    expect((await Socket.join(ada, { query })).of('welcome')[0]?.data.resumed).toBe(false)
  })
})
