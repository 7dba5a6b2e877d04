// One socket to the room, from the handshake to its end, with the pings that a client owes.

import { WebSocket } from 'ws'
import type { Account } from './wire.ts'

const ping = '{"event":"ping","data":{}}'
const pingEveryMs = 30_000
/** For the handshake, and again for becoming live; a socket that says nothing is given up. */
const patienceMs = 10_000

type Place = { port: number; account: Account; batching: boolean }

type Ears = {
  onText: (text: string) => void
  /** Whether it has got as far as `synced`. */
  isLive: () => boolean
}

export type Line = {
  send(text: string): void
  close(): void
  /** Without a word. */
  drop(): void
  /** The code it ended with, and whether it had to be given up. */
  ended: Promise<{ code: number; givenUp: boolean }>
}

/** @param from the position it resumes from, as a query */
export function openLine(
  { port, account, batching }: Place,
  from: string,
  { onText, isLive }: Ears,
): Line {
  const url = `ws://127.0.0.1:${port}/ws/chat?${from}`
  const options = { handshakeTimeout: patienceMs }
  const socket = batching
    ? new WebSocket(url, ['chat.v1', `bearer.${account.token}`], options)
    : new WebSocket(`${url}&token=${account.token}`, { ...options, perMessageDeflate: false })

  let givenUp = false
  const late = setTimeout(() => {
    givenUp = !isLive()
    if (givenUp) socket.terminate()
  }, patienceMs)
  const pinging = setInterval(() => {
    if (isLive()) socket.send(ping)
  }, pingEveryMs)
  socket.on('message', (data) => onText(String(data)))
  socket.on('error', () => {})
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(1000),
    drop: () => socket.terminate(),
    ended: new Promise((resolve) => {
      socket.on('close', (code) => {
        clearTimeout(late)
        clearInterval(pinging)
        resolve({ code, givenUp })
      })
    }),
  }
}
