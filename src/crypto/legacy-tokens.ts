// Tokens of earlier releases, which named no environment, and how long they are accepted.

/** The audience of their access tokens. */
export const legacyAudience = 'edge-chat'

/**
 * Milliseconds: 1 March 2027. By then their access tokens have expired, and every session was
 * renewed or has ended, unless REFRESH_TOKEN_TTL is longer than the release is old.
 */
export const legacyTokensUntil = Date.UTC(2027, 2, 1)
