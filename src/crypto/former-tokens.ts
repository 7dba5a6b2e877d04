// Tokens of releases that named no environment in them, and how long they are still taken.

/** What their access tokens were for. */
export const formerAudience = 'edge-chat'

/**
 * Milliseconds: 1 March 2027. By then an access token of those releases has long expired, and a
 * session has been renewed or has ended, unless REFRESH_TOKEN_TTL is longer than the release is old.
 */
export const formerTokensUntil = Date.UTC(2027, 2, 1)
