import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { callAs, newPerson, Socket, theRoom } from '../support/chat.ts'
import { requestUpgrade } from './inside.ts'

describe('bytes in frames', () => {
  it.each(['ping', 'typing'])(
    'FRAME-5 more than 512 KiB in 10 seconds close it with 4429 (%s)',
    async (event) => {
      const socket = await Socket.join(await newPerson())
      const frame = `{"event":"${event}"`.padEnd(32 * 1024 - 1).concat('}')
      for (let n = 0; n < 20; n++) socket.sendRaw(frame)
      expect((await socket.closed).code).toBe(4429)
      expect(socket.of('pong').length).toBe(event === 'ping' ? 16 : 0)
    },
  )

  describe('of more than 4 MiB in 10 minutes, in frames over the limit', () => {
    const frame = 'x'.repeat(1.5 * 1024 * 1024)

    it('FRAME-6 closes all its connections and keeps it out for an hour, but from nothing else', async () => {
      const ada = await newPerson()
      const sockets = []
      for (let n = 0; n < 4; n++) sockets.push(await Socket.join(ada))
      const codes = []
      for (const socket of sockets.slice(0, 3)) {
        socket.sendRaw(frame)
        codes.push((await socket.closed).code)
      }
      expect(codes).toEqual([1009, 1009, 1009])
      expect((await sockets[3]?.closed)?.code).toBe(4429)
      expect((await (await Socket.open(ada.token)).closed).code).toBe(4429)
      await evictDurableObject(theRoom())
      const code = await runInDurableObject(theRoom(), (room) =>
        requestUpgrade(room, ada).headers.get('x-close-code'),
      )
      expect(code).toBe('4429')
      expect((await callAs(ada, 'POST', '/messages', { content: 'by REST' })).status).toBe(201)
    })

    it('FRAME-6 forgives a client that sends less', async () => {
      const ada = await newPerson()
      for (let n = 0; n < 2; n++) {
        const socket = await Socket.join(ada)
        socket.sendRaw(new ArrayBuffer(frame.length))
        expect((await socket.closed).code).toBe(1009)
      }
      await (await Socket.join(ada)).close()
    })
  })
})
