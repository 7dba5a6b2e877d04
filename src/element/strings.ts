// All texts of the component, so that a translation is one object.

import type { StopReason } from '../client/state.ts'

export const strings = {
  heading: 'Chat',
  username: 'Username',
  email: 'Email',
  password: 'Password',
  logIn: 'Log in',
  register: 'Register',
  toRegister: 'New here? Register',
  toLogIn: 'Registered? Log in',
  logOut: 'Log out',
  messages: 'Messages',
  older: 'Load older messages',
  empty: 'There are no messages yet.',
  message: 'Message',
  send: 'Send',
  retry: 'Send again',
  discard: 'Discard',
  sending: 'Sending',
  reconnect: 'Connect again',
  connecting: 'Connecting…',
  reconnecting: 'The connection was lost. Connecting again…',
  online: (count: number) => `${count} online`,
  typing: (names: string[]) =>
    names.length > 2 ? 'Several people are typing…' : `Typing: ${names.join(', ')}`,
  paused: 'Your next message waits, because you send quickly.',
  muted: (reason: string | null) => `You may not write now.${reason ? ` Reason: ${reason}` : ''}`,
  noUrl: 'Set the attribute `url` of `edge-chat` to the address of the service.',
  stopped: {
    signed_out: 'You are logged out.',
    account_changed: 'Another account logged in in this browser.',
    refused: 'The service does not let this account or this site enter.',
    banned: 'You are banned from this room.',
    replaced: 'You opened the room in several other places.',
    fault: 'The chat cannot connect.',
  } satisfies Record<StopReason, string>,
}
