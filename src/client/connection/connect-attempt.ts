// Connects once: gets a token, loads the newest messages unless a position is known, and opens a
// socket. It keeps the position in the room's events: a gap in them closes the socket.

import {
  bearerPrefix,
  type ClientEvents,
  type Frame,
  type Page,
  type Position,
  protocol,
} from '../contract.ts'
import type { Emit } from '../emitter.ts'
import { positionOf } from '../http/http-request.ts'
import { type Platform, requireWebSocket } from '../platform.ts'
import { problemOf } from '../problem.ts'
import type { TokenSource } from '../rest-options.ts'
import { openRoomSocket, type RoomSocket } from './room-socket.ts'
import { createTokenRenewal, type TokenRenewal } from './token-renewal.ts'

export type AttemptUses = {
  platform: Platform
  /** The URL for a path of the service. */
  urlFor: (path: string) => string
  getToken: TokenSource
  /** Loads the newest messages without showing them, for as long as `isWanted` is true. */
  loadNewest: (isWanted: () => boolean) => Promise<Page>
  /** Shows the messages of this page. The position is that of the page. */
  replaceMessages: (page: Page) => void
  /** Gets every frame in order, from `welcome` on. */
  applyFrame: (frame: Frame) => void
  emit: Emit
}

const noPosition: Position = { epoch: '', seq: 0 }

type Events = {
  /** The room accepted the token. */
  onWelcome: () => void
  /** The replay is complete. */
  onSynced: () => void
  onClosed: () => void
}

export function createConnectAttempt(uses: AttemptUses, { onWelcome, onSynced, onClosed }: Events) {
  const { platform, urlFor, getToken, loadNewest, replaceMessages, applyFrame } = uses
  let position: Position | null = null
  let socket: RoomSocket | null = null
  let tokenRenewal: TokenRenewal | null = null
  let cancelDrain = () => {}

  const disconnect = (): void => socket?.close(0)

  function send<E extends keyof ClientEvents>(event: E, data: ClientEvents[E]): void {
    socket?.send(event, data)
  }

  function onFrame(frame: Frame): void {
    const { event, data, seq } = frame
    if (!position) return
    if (seq !== undefined) {
      // The next replay brings what is missing.
      if (event !== 'synced' && seq !== position.seq + 1) return void disconnect()
      position = { ...position, seq }
    }
    if (event === 'welcome') {
      onWelcome()
      if (!data.resumed) {
        position = null
        return void disconnect()
      }
    }
    applyFrame(frame)
    tokenRenewal?.onFrame(frame)
    if (event === 'synced') onSynced()
    if (event === 'reconnect') {
      // The room restarts soon. A random moment spreads the reconnects of all its clients.
      cancelDrain()
      cancelDrain = platform.after(platform.random() * data.after_ms, disconnect)
    }
  }

  return {
    send,
    disconnect,
    checkAlive: (): void => socket?.checkAlive(),

    /**
     * Connects, and waits until the socket is closed.
     * @param isWanted is asked after each wait: once it is false, nothing changes any more
     * @returns the close code, 0 for none; null where nobody is logged in
     * @throws what `getToken`, `loadNewest` and the platform throw
     */
    async start(ask: { renew: boolean }, isWanted: () => boolean): Promise<number | null> {
      requireWebSocket(platform)
      const token = await getToken(ask)
      if (!isWanted()) return 0
      if (token === null) return null
      if (!position) {
        const page = await loadNewest(isWanted).catch((thrown) => {
          if (problemOf(thrown).code !== 'banned') throw thrown
          return null
        })
        if (!isWanted()) return 0
        if (page) replaceMessages(page)
        // The room says until when the user is banned, or asks for a reload if the ban is over.
        position = page ? positionOf(page) : noPosition
      }
      const from = `epoch=${encodeURIComponent(position.epoch)}&since=${position.seq}`
      const url = urlFor(`/ws/chat?${from}`).replace(/^http/, 'ws')
      tokenRenewal = createTokenRenewal(uses, (renewed) => send('authenticate', { token: renewed }))
      return new Promise((resolve) => {
        socket = openRoomSocket(platform, url, [protocol, bearerPrefix + token], {
          onFrame,
          onClose(code) {
            socket = null
            tokenRenewal?.stop()
            cancelDrain()
            if (position === noPosition) position = null
            onClosed()
            resolve(code)
          },
        })
      })
    },
  }
}
