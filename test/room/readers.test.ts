import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { Readers } from '../../src/room/readers.ts'
import { type Seat, Seats } from '../../src/room/seats.ts'
import { newPerson, type Person, ringUntil, Socket, theRoom } from '../support/chat.ts'

const minute = 60_000
const MiB = 1024 * 1024

/** Sweeps the real sockets of one person, with as much sent to them as `sent` says. */
function sweep(person: Person, now: number, sent: (seat: Seat, readers: Readers) => void) {
  return runInDurableObject(theRoom(), (_, ctx) => {
    const seats = new Seats(ctx)
    const expelled: number[] = []
    const expel = (seat: Seat, code: number) => {
      if (seat.member.id === person.id) expelled.push(code)
    }
    const readers = new Readers({ ctx, seats, expel })
    for (const seat of seats.ofUser(person.id)) sent(seat, readers)
    readers.sweep(now)
    return expelled
  })
}

async function joined({ pinging }: { pinging: boolean }): Promise<[Person, Socket]> {
  const person = await newPerson()
  const socket = await Socket.join(person)
  if (pinging) {
    socket.sendRaw('{"event":"ping","data":{}}')
    await socket.next('pong')
  }
  return [person, socket]
}

describe('a socket that nobody reads', () => {
  it.each([
    [true, 2 * MiB, []],
    [true, 2 * MiB + 1, [4408]],
    [false, 8 * MiB, []],
    [false, 8 * MiB + 1, [4408]],
  ])(
    'READ-1 is closed by what was sent since its last ping (pinged: %s, %d bytes)',
    async (pinging, bytes, codes) => {
      const [person] = await joined({ pinging })
      const expelled = await sweep(person, Date.now(), (seat, readers) => {
        readers.sweep(Date.now())
        seat.sentBytes = bytes
      })
      expect(expelled).toEqual(codes)
    },
  )

  it.each([
    [true, 1.4 * minute, []],
    [true, 1.6 * minute, [4408]],
    [false, 14 * minute, []],
    [false, 16 * minute, [4408]],
  ])(
    'READ-2 is closed by the age of its last ping (pinged: %s, after %d ms)',
    async (pinging, after, codes) => {
      const [person] = await joined({ pinging })
      expect(await sweep(person, Date.now() + after, () => {})).toEqual(codes)
    },
  )

  it('READ-3 proves itself by the canonical ping, and by no other spelling', async () => {
    const [person, socket] = await joined({ pinging: false })
    socket.sendRaw('{"event": "ping", "data": {}}')
    await socket.next('pong')
    const fill = (seat: Seat) => {
      seat.sentBytes = 3 * MiB
    }
    expect(await sweep(person, Date.now(), fill)).toEqual([])
    expect(await sweep(person, Date.now() + 16 * minute, fill)).toEqual([4408])
  })

  it('READ-4 is found at the beat, and told to come again', async () => {
    const [, socket] = await joined({ pinging: true })
    let code = 0
    void socket.closed.then((closed) => {
      code = closed.code
    })
    await ringUntil(() => code !== 0)
    expect(code).toBe(4408)
  })

  it('READ-5 that never pinged shares 24 MiB with its like, and who holds the most is closed', async () => {
    const person = await newPerson()
    for (let n = 0; n < 5; n++) await Socket.join(person)
    const sizes = [7.5, 0.2, 7.5, 2, 7.5]
    const fill = (seat: Seat) => {
      seat.sentBytes = (sizes.pop() ?? 0) * MiB
    }
    expect(await sweep(person, Date.now(), fill)).toEqual([])
    sizes.push(7.5, 0.2, 7.5, 2, 7.5)
    expect(await sweep(person, Date.now() + minute, fill)).toEqual([4408])
  })

  it.each([
    [5_000, 0],
    [11_000, 1],
  ])(
    'READ-6 restarts the room when it does not answer our close (after %d ms)',
    async (after, restarts) => {
      const [person] = await joined({ pinging: false })
      const count = await runInDurableObject(theRoom(), (_, ctx) => {
        const seats = new Seats(ctx)
        let aborts = 0
        const watched = {
          getWebSockets: () => ctx.getWebSockets(),
          getWebSocketAutoResponseTimestamp: () => null,
          abort: () => {
            aborts++
          },
        } as unknown as DurableObjectState
        const readers = new Readers({ ctx: watched, seats, expel: () => {} })
        const now = Date.now()
        for (const seat of seats.ofUser(person.id)) {
          seat.sentBytes = 25 * MiB
          readers.closed(seat, now)
          seats.leave(seat)
        }
        readers.sweep(now + after)
        return aborts
      })
      expect(count).toBe(restarts)
    },
  )
})
