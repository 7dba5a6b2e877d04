// Name and versions of the wire. A change that breaks clients raises `protocol`.

export const app = { name: 'Edge Chat', version: '1.1.0' } as const

/** The WebSocket subprotocol of clients that accept arrays of frames. */
export const protocol = 'chat.v1'

/** Prefix of the subprotocol that carries the access token: `bearer.<jwt>`. */
export const bearerPrefix = 'bearer.'
