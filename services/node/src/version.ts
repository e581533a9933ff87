/** The version of Quorate that this process runs. */
export const quorateVersion = '0.1.0';
