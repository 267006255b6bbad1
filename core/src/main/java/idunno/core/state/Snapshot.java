package idunno.core.state;

import idunno.core.files.FileTable;
import idunno.core.jobs.JobTable;
import idunno.core.membership.Member;
import idunno.core.models.ModelTable;
import java.util.List;

/**
 * The whole state as a value: what a new or lagging node is given instead of the log.
 *
 * @param members every member, by name
 * @param files files, versions and chunks
 * @param models models and their revisions
 * @param jobs jobs, with the results that are in no file yet
 * @param sessions the replies that clients may still ask for again, longest unused first
 */
public record Snapshot(
    List<Member> members,
    FileTable.Recorded files,
    ModelTable.Recorded models,
    JobTable.Recorded jobs,
    List<Sessions.Recorded> sessions) {}
