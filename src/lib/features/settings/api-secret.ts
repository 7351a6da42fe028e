/** An API key's secret from 32 random bytes: `cbk_` and their base64url. */
export const newApiSecret = (random: Uint8Array): string => `cbk_${btoa(String.fromCharCode(...random)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`;
