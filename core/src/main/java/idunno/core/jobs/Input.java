package idunno.core.jobs;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;

/**
 * One query's picture, pinned to the version that it had when the job was submitted.
 *
 * @param name the file
 * @param version the version of it
 */
public record Input(FileName name, FileVersion version) {}
