import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../src/contract/frames.ts'
import type { Verified } from '../../src/domain/session.ts'
import { Revocations } from '../../src/room/access/revocations.ts'
import { TokenRenewal } from '../../src/room/access/token-renewal.ts'
import type { Connection } from '../../src/room/connections/connection.ts'
import { ConnectionRegistry } from '../../src/room/connections/registry.ts'
import { Meta } from '../../src/room/log/meta.ts'
import { newPerson, type Person, ringUntil, Socket, theRoom, tokenFor } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { roomClock } from './inside.ts'

/** In whole seconds, as in a token. */
const endOf = (ttlSeconds: number) => Math.floor(testClock.now() / 1000 + ttlSeconds)

const secondsOf = (time: string) => Date.parse(time) / 1000

const attachmentsOf = ({ id }: Person) =>
  runInDurableObject(theRoom(), (_, ctx) =>
    ctx.getWebSockets(id).map((socket) => socket.deserializeAttachment() as Attached),
  )
type Attached = { v: number; sessionId: string | null; tokenExpiresAt: number; connectedAt: number }

/** Runs so many ticks of the room. A minute passes for it before each. */
async function runTicks(times: number): Promise<void> {
  const tickAt = () =>
    runInDurableObject(theRoom(), (_, { storage }) => new Meta(storage.sql).number('beat_at'))
  for (let n = 0; n < times; n++) {
    const before = await tickAt()
    await ringUntil(async () => (await tickAt()) > before)
  }
}

/** Sets the next tick anew, because the alarms of earlier tests moved it into the future. */
async function resetNextTick(): Promise<void> {
  await runInDurableObject(theRoom(), (_, { storage }) => {
    new Meta(storage.sql).set('beat_at', testClock.now() + 60_000)
  })
  await evictDurableObject(theRoom())
}

/** Tests the renewal of a person's first connection. The test itself answers the token checks. */
async function withRenewal(
  person: Person,
  work: (inside: {
    tokenRenewal: TokenRenewal
    connections: ConnectionRegistry
    connection: Connection
    revocations: Revocations
    answer: (verified: Verified) => void
    checks: () => number
    admissions: () => number
    closed: [Connection, number][]
  }) => void | Promise<void>,
): Promise<void> {
  await runInDurableObject(theRoom(), async (_, ctx) => {
    const connections = new ConnectionRegistry(ctx, testClock.now())
    const [connection] = connections.ofUser(person.id)
    if (!connection) throw new Error('The person has no connection')
    const revocations = new Revocations(ctx.storage.sql, roomClock(), 86_400_000)
    const closed: [Connection, number][] = []
    let admissions = 0
    const checks: ((verified: Verified) => void)[] = []
    const tokenRenewal = new TokenRenewal({
      clock: roomClock(),
      connections,
      access: revocations,
      sequencer: { admitNow: () => admissions++ },
      slowConsumers: { countReplies: () => {} },
      verify: () => new Promise((resolve) => checks.push(resolve)),
      closer: { close: (connection, code) => closed.push([connection, code]) },
    })
    await work({
      tokenRenewal,
      connections,
      connection,
      revocations,
      answer: (verified) => checks.at(-1)?.(verified),
      checks: () => checks.length,
      admissions: () => admissions,
      closed,
    })
  })
}

describe('a socket that shows another token', () => {
  it('RENEW-1 lives as long as that one, also when the room has slept', async () => {
    const ada = await newPerson()
    const session = crypto.randomUUID()
    const socket = await Socket.open(await tokenFor(ada, 2))
    await socket.next('synced')

    const least = endOf(3_600)
    socket.send('authenticate', { token: await tokenFor(ada, 3_600, session) })
    const { data } = await socket.next('authenticated')
    expect(secondsOf(data.token_expires_at)).toBeGreaterThanOrEqual(least)
    expect(secondsOf(data.token_expires_at)).toBeLessThanOrEqual(endOf(3_600))
    expect(await attachmentsOf(ada)).toMatchObject([
      { sessionId: session, tokenExpiresAt: secondsOf(data.token_expires_at) },
    ])

    await evictDurableObject(theRoom())
    await runTicks(2)
    socket.sendRaw('{"event": "ping"}')
    expect(await socket.next('pong')).toBeDefined()
  })

  it('RENEW-2 belongs to its session, and no longer to the one before', async () => {
    const ada = await newPerson()
    const [before, after] = [crypto.randomUUID(), crypto.randomUUID()]
    const socket = await Socket.open(await tokenFor(ada, 3_600, before))
    socket.send('authenticate', { token: await tokenFor(ada, 3_600, after) })
    await socket.next('authenticated')

    await theRoom().revoke([before])
    socket.sendRaw('{"event": "ping"}')
    await socket.next('pong')
    await theRoom().revoke([after])

    expect((await socket.closed).code).toBe(4401)
  })

  it('RENEW-3 stays as it was when the token is refused, and hears why', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const ended = crypto.randomUUID()
    await theRoom().revoke([ended])
    const [header, claims] = ada.token.split('.')
    const socket = await Socket.join(ada)
    const before = await attachmentsOf(ada)
    for (const [token, code, word] of [
      ['nonsense', 'unauthenticated', 'not valid'],
      [`${header}.${claims}.AAAA`, 'unauthenticated', 'not valid'],
      [await tokenFor(ada, -70), 'token_expired', 'expired'],
      [bo.token, 'unauthenticated', 'another account'],
      [await tokenFor(ada, 3_600, ended), 'session_ended', 'ended'],
      ['', 'invalid', 'empty'],
    ] as const) {
      socket.send('authenticate', { token })
      const { data } = await socket.next('error')
      expect([code, data.code]).toEqual([code, code])
      expect(data.message).toContain(word)
    }
    expect(await attachmentsOf(ada)).toEqual(before)
    socket.send('send_message', { content: 'still here' })
    while ((await socket.next('new_message')).data.user_id !== ada.id);
  })

  it('RENEW-4 takes the newest token as it is, also one that expires earlier', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    socket.send('authenticate', { token: await tokenFor(ada, 600) })
    const { data } = await socket.next('authenticated')
    expect(secondsOf(data.token_expires_at)).toBeLessThanOrEqual(endOf(600))
  })

  it('RENEW-5 has one token checked at a time', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    await withRenewal(ada, async ({ tokenRenewal, connection, answer, checks }) => {
      const first = tokenRenewal.renew(connection, 'one')
      expect(await tokenRenewal.renew(connection, 'two')).toMatchObject({
        ok: false,
        refusal: { code: 'rate_limited' },
      })
      expect(checks()).toBe(1)
      answer({ ok: false, code: 'unauthenticated' })
      expect(await first).toMatchObject({ ok: false })

      const third = tokenRenewal.renew(connection, 'three')
      expect(checks()).toBe(2)
      answer({ ok: false, code: 'unauthenticated' })
      await third
    })
  })

  it('RENEW-6 gains nothing when it was closed, or its session ended, during the check', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    const before = await attachmentsOf(ada)
    await withRenewal(
      ada,
      async ({ tokenRenewal, connections, connection, revocations, answer }) => {
        const found = {
          ok: true,
          member: connection.member,
          expiresAt: testClock.now() + 9_000_000,
        } as const
        const ended = tokenRenewal.renew(connection, 'one')
        const sessionId = crypto.randomUUID()
        revocations.revoke([sessionId])
        answer({ ...found, sessionId })
        expect(await ended).toEqual({ ok: false, refusal: { code: 'session_ended' } })

        const afterClose = tokenRenewal.renew(connection, 'two')
        connections.remove(connection)
        answer({ ...found, sessionId: crypto.randomUUID() })
        expect(await afterClose).toMatchObject({ ok: false })
      },
    )
    expect(await attachmentsOf(ada)).toEqual(before)
  })

  it('RENEW-7 too often is closed like any flood', async () => {
    const socket = await Socket.join(await newPerson())
    for (let n = 0; n < 61; n++) socket.send('authenticate', { token: 'nonsense' })
    expect((await socket.closed).code).toBe(4429)
  })

  it('RENEW-8 sees what it sends meanwhile done in order', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: '1' })
    socket.send('authenticate', { token: await tokenFor(ada, 600) })
    for (const n of [2, 3]) socket.send('send_message', { content: `${n}` })
    await socket.next('authenticated')
    await socket.settle()
    const mine = socket.of('new_message').filter(({ data }) => data.user_id === ada.id)
    expect(mine.map(({ data }) => data.content)).toEqual(['1', '2', '3'])
    expect(socket.of('error')).toEqual([])
  })
})

describe('a token that is about to expire', () => {
  const framesOf = (socket: Socket, event: RoomEvent = 'token_expiring') =>
    socket.frames.filter((frame) => frame.event === event)

  it('EXPIRE-1 is told of once, between one and two minutes before, to its socket alone', async () => {
    const ada = await newPerson()
    const others = await Socket.join(ada)
    await resetNextTick()
    const socket = await Socket.open(await tokenFor(ada, 210))
    await socket.next('synced')
    const { token_expires_at } = (socket.of('welcome')[0] as { data: { token_expires_at: string } })
      .data

    await runTicks(1)
    await socket.settle()
    expect(framesOf(socket)).toEqual([])
    await runTicks(1)
    await socket.settle()
    expect(framesOf(socket)).toEqual([{ event: 'token_expiring', data: { token_expires_at } }])
    await runTicks(1)
    await socket.settle()
    expect(framesOf(socket)).toHaveLength(1)
    await runTicks(1)
    expect((await socket.closed).code).toBe(4401)
    expect(framesOf(others)).toEqual([])
  })

  it('EXPIRE-2 leaves a minute at least, whenever the room looks', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    const [{ tokenExpiresAt }] = (await attachmentsOf(ada)) as [Attached]
    const end = tokenExpiresAt * 1000
    await withRenewal(ada, ({ tokenRenewal, connections, connection, closed }) => {
      tokenRenewal.tick(end - 125_001)
      expect(connection.warnedExpiry).toBe(0)
      tokenRenewal.tick(end - 125_000)
      expect(connection.warnedExpiry).toBe(tokenExpiresAt)
      connections.renew(connection, {
        sessionId: connection.sessionId,
        tokenExpiresAt: tokenExpiresAt + 600,
      })
      tokenRenewal.tick(end + 599_999)
      expect(connection.warnedExpiry).toBe(tokenExpiresAt + 600)
      expect(closed.filter(([{ member }]) => member.id === ada.id)).toEqual([])
      tokenRenewal.tick(end + 600_000)
      expect(closed.filter(([{ member }]) => member.id === ada.id)).toEqual([[connection, 4401]])
    })
    await socket.settle()
    expect(framesOf(socket)).toHaveLength(2)
  })

  it('EXPIRE-3 is told of again by a room that has slept', async () => {
    const ada = await newPerson()
    await resetNextTick()
    const socket = await Socket.open(await tokenFor(ada, 150))
    await socket.next('synced')
    await runTicks(1)
    await socket.next('token_expiring')
    await evictDurableObject(theRoom())
    await runTicks(1)
    expect(await socket.next('token_expiring')).toBeDefined()
  })

  it('EXPIRE-4 is told of after the welcome', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    await withRenewal(ada, ({ tokenRenewal, connection, admissions }) => {
      connection.state = { kind: 'joining', resume: null }
      tokenRenewal.tick(connection.tokenExpiresAt * 1000 - 60_000)
      expect(admissions()).toBe(1)
    })
  })
})

describe('a socket from the version before', () => {
  const writeOldAttachment = async (person: Person) => {
    await runInDurableObject(theRoom(), (_, ctx) => {
      for (const socket of ctx.getWebSockets(person.id)) {
        const { tokenExpiresAt, connectedAt } = socket.deserializeAttachment() as Attached
        const { id, username } = person
        const member = { id, username }
        // This is the attachment of that version.
        socket.serializeAttachment({ v: 1, member, tokenExpiresAt, batching: false, connectedAt })
      }
    })
    await evictDurableObject(theRoom())
  }

  it('DOOR-9 lives on, until its token expires', async () => {
    const ada = await newPerson()
    const session = crypto.randomUUID()
    const socket = await Socket.open(await tokenFor(ada, 30, session))
    await socket.next('synced')
    await writeOldAttachment(ada)
    await theRoom().revoke([session])
    socket.send('send_message', { content: 'still here' })
    while ((await socket.next('new_message')).data.user_id !== ada.id);
    await runTicks(1)
    expect((await socket.closed).code).toBe(4401)
  })

  it('DOOR-10 gets a session with its next token, and is put out like any other', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [a, b] = [await Socket.join(ada), await Socket.join(bo)]
    for (const person of [ada, bo]) await writeOldAttachment(person)
    const session = crypto.randomUUID()
    a.send('authenticate', { token: await tokenFor(ada, 600, session) })
    await a.next('authenticated')
    expect(await attachmentsOf(ada)).toMatchObject([{ v: 2, sessionId: session }])

    await theRoom().revoke([session])
    await theRoom().bar(bo.id)

    expect((await a.closed).code).toBe(4401)
    expect((await b.closed).code).toBe(4403)
  })
})
