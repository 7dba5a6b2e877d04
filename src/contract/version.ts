// The name and versions that the wire speaks of. A change that breaks a client raises `protocol`.

export const app = { name: 'Edge Chat', version: '1.0.0' } as const

/** WebSocket subprotocol of clients that take arrays of frames. */
export const protocol = 'chat.v1'

/** Prefix of the subprotocol that carries the access token: `bearer.<jwt>`. */
export const bearerPrefix = 'bearer.'
