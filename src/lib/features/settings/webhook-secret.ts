/** A Standard Webhooks secret from random bytes (24 to 64 of them): `whsec_` and their base64. */
export const newWebhookSecret = (random: Uint8Array): string => `whsec_${btoa(String.fromCharCode(...random))}`;
