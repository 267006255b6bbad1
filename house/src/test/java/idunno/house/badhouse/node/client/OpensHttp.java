package idunno.house.badhouse.node.client;

import java.net.http.HttpClient;

final class OpensHttp {
  HttpClient open() {
    return HttpClient.newBuilder().build();
  }
}
